import type { Run } from "bfm/client"
import { useEffect, useMemo, useRef } from "react"
import uPlot from "uplot"
import "uplot/dist/uPlot.min.css"

const day = 86_400_000
/** Days that are shown. */
const shown = 14

interface Days {
  /** Seconds since the epoch, as the chart wants them. */
  readonly at: ReadonlyArray<number>
  readonly all: ReadonlyArray<number>
  readonly failed: ReadonlyArray<number>
}

const startOf = (moment: number): number => new Date(moment).setHours(0, 0, 0, 0)

const perDay = (runs: ReadonlyArray<Run.Run>, now: number): Days => {
  const first = startOf(now - (shown - 1) * day)
  const at = Array.from({ length: shown }, (_, index) => startOf(first + index * day + day / 2))
  const counts = (wanted: (run: Run.Run) => boolean) =>
    at.map(begin => runs.filter(run => wanted(run) && startOf(run.started_at) === begin).length)
  return {
    at: at.map(begin => begin / 1_000),
    all: counts(() => true),
    failed: counts(({ state }) => state === "failed" || state === "interrupted")
  }
}

const colour = (element: Element, name: string): string => {
  const probe = document.createElement("span")
  probe.style.color = `var(${name})`
  element.append(probe)
  const found = getComputedStyle(probe).color
  probe.remove()
  return found
}

/** How many runs there were each day, and how many of them failed. */
export const RunChart = ({ runs }: { readonly runs: ReadonlyArray<Run.Run> }) => {
  const place = useRef<HTMLDivElement>(null)
  const days = useMemo(() => perDay(runs, Date.now()), [runs])
  const today = days.all.at(-1) ?? 0
  const failed = days.failed.at(-1) ?? 0
  useEffect(() => {
    const element = place.current
    if (element === null) return
    const chart = new uPlot(options(element), [[...days.at], [...days.all], [...days.failed]], element)
    const watch = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      chart.destroy()
    }
  }, [days])
  return (
    <figure>
      <div ref={place} className="chart" aria-hidden="true" />
      <figcaption className="small muted">
        Runs per day, the last {shown} days. Today {today}, {failed} failed.
      </figcaption>
    </figure>
  )
}

const height = 96

const options = (element: HTMLElement): uPlot.Options => {
  const bars = uPlot.paths.bars?.({ size: [0.6, 36], radius: 0.15 })
  const axis = { stroke: colour(element, "--muted"), grid: { show: false }, ticks: { show: false } }
  const series = (label: string, name: string): uPlot.Series => ({
    label,
    fill: colour(element, name),
    width: 0,
    points: { show: false },
    ...(bars === undefined ? {} : { paths: bars })
  })
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    axes: [
      {
        ...axis,
        size: 24,
        values: (_, splits) => splits.map(at => new Date(at * 1_000).getDate().toString())
      },
      { ...axis, size: 28, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] }
    ],
    scales: {
      x: { range: (_, least, most) => [least - 43_200, most + 43_200] },
      y: { range: (_, __, most) => [0, Math.max(1, most)] }
    },
    series: [{}, series("runs", "--accent"), series("failed", "--bad")]
  }
}
