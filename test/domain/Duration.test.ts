import { describe, expect, it } from "vitest"
import * as Duration from "../../src/domain/Duration.ts"

describe("Duration.parse", () => {
  it.each([
    ["0", 0],
    ["250ms", 250],
    ["30s", 30_000],
    [" 1M30S ", 90_000],
    ["1.5h", 5_400_000],
    ["1h2m3s4ms", 3_723_004],
    ["0.0004s", 0]
  ])("understands %j", (text, milliseconds) => {
    expect(Duration.parse(text)).toBe(milliseconds)
  })

  it.each(["", "5", "s", "5d", "-1s", "1,5s", "5s soon", "in 5s", "1.s", ".5s", "1 s"])(
    "does not understand %j",
    text => {
      expect(Duration.parse(text)).toBeUndefined()
    }
  )
})

describe("Duration.render", () => {
  it.each([
    [-5, "0ms"],
    [8.4, "8ms"],
    [999.4, "999ms"],
    [1_000, "1s"],
    [1_249, "1.2s"],
    [59_400, "59.4s"],
    [59_500, "1m 00s"],
    [184_000, "3m 04s"],
    [3_599_499, "59m 59s"],
    [3_600_000, "1h 00m"],
    [7_500_000, "2h 05m"],
    [90_000_000, "25h 00m"]
  ])("says %d milliseconds as people do", (milliseconds, text) => {
    expect(Duration.render(milliseconds)).toBe(text)
  })
})
