import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Ajv } from "ajv"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { Deployment } from "kubernetes-models/apps/v1/Deployment"
import { Job } from "kubernetes-models/batch/v1/Job"
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy"
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget"
import { Service } from "kubernetes-models/v1/Service"
import { ServiceAccount } from "kubernetes-models/v1/ServiceAccount"
import { parse, parseAllDocuments } from "yaml"
import { fingerprint } from "../../bin/manifests.mjs"
import * as Server from "../../src/config/Server.ts"
import * as Arguments from "../../src/interfaces/cli/Arguments.ts"
import * as Commands from "../../src/interfaces/cli/Commands.ts"
import * as Parse from "../../src/interfaces/cli/Parse.ts"
import * as Dockerfile from "../fixtures/Dockerfile.ts"
import * as Document from "../fixtures/Document.ts"
import { storeless } from "../interfaces/cli/Captured.ts"

type Labels = Readonly<Record<string, string>>

interface Container {
  readonly name: string
  readonly image: string
  readonly args: ReadonlyArray<string>
  readonly env: ReadonlyArray<{ readonly name: string; readonly value?: string }>
  readonly ports?: ReadonlyArray<{ readonly name: string; readonly containerPort: number }>
  readonly securityContext: unknown
  readonly resources: { readonly requests: object; readonly limits: { readonly memory: string } }
  readonly lifecycle?: { readonly preStop: { readonly exec: { readonly command: ReadonlyArray<string> } } }
}

interface Pod {
  readonly metadata: { readonly labels: Labels }
  readonly spec: {
    readonly initContainers?: ReadonlyArray<Container>
    readonly containers: ReadonlyArray<Container>
    readonly securityContext: Readonly<Record<string, unknown>>
    readonly automountServiceAccountToken: boolean
    readonly terminationGracePeriodSeconds: number
    readonly serviceAccountName?: string
  }
}

interface Resource {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly template?: Pod
    readonly selector?: { readonly matchLabels: Labels } & Labels
    readonly podSelector?: { readonly matchLabels: Labels }
    readonly ports?: ReadonlyArray<{ readonly port: number; readonly targetPort: string }>
  }
}

const known = { Deployment, Job, NetworkPolicy, PodDisruptionBudget, Service, ServiceAccount }

const read = (directory: string): ReadonlyArray<Resource> =>
  fs
    .readdirSync(path.join(Document.root, directory))
    .flatMap(name => parseAllDocuments(Document.read(`${directory}/${name}`)).map(found => found.toJS()))

const manifests = read("deploy/kubernetes")
const examples = read("deploy/examples")
const pods = [...manifests, ...examples].flatMap(({ spec }) =>
  spec?.template === undefined ? [] : [spec.template]
)
const ours = pods.filter(({ metadata }) => metadata.labels["app.kubernetes.io/name"] === "bfm")
const containers = pods.flatMap(({ spec }) => [...(spec.initContainers ?? []), ...spec.containers])

const select = (labels: Labels): ReadonlyArray<Pod> =>
  ours.filter(({ metadata }) =>
    Object.entries(labels).every(([name, value]) => metadata.labels[name] === value)
  )

describe("deploy/kubernetes", () => {
  it("is what Kubernetes knows", () => {
    assert.sameMembers([...new Set(manifests.map(({ kind }) => kind))], Object.keys(known), "kinds")
    for (const resource of [...manifests, ...examples]) {
      const Model = known[resource.kind as keyof typeof known]
      new Model(resource as never).validate()
    }
  })

  it("is rendered from the chart as it stands", () => {
    const templates = fs.readdirSync(path.join(Document.root, "deploy/helm/bfm/templates"))
    const rendered = fs.readdirSync(path.join(Document.root, "deploy/kubernetes"))
    assert.sameMembers(
      rendered,
      templates.filter(name => name.endsWith(".yaml"))
    )
    for (const name of rendered)
      assert.include(
        Document.read(`deploy/kubernetes/${name}`),
        `(${fingerprint()})`,
        `${name}: make manifests`
      )
  })

  it("selects the pods that it means", () => {
    for (const { kind, metadata, spec } of manifests) {
      const labels = spec?.podSelector?.matchLabels ?? spec?.selector?.matchLabels ?? spec?.selector
      if (labels === undefined) continue
      const chosen = select(labels)
      if (kind === "NetworkPolicy") assert.lengthOf(chosen, 3)
      else assert.lengthOf(chosen, 1, `${kind} ${metadata.name}`)
      if (kind !== "Service") continue
      const ports = chosen.flatMap(({ spec }) => spec.containers.flatMap(({ ports = [] }) => ports))
      const exposed = Dockerfile.parse()
        .stages.at(-1)
        ?.instructions.find(({ word }) => word === "EXPOSE")?.text
      assert.strictEqual(ports.map(({ containerPort }) => containerPort).join(" "), exposed)
      assert.sameMembers(
        spec.ports?.map(({ targetPort }) => targetPort) ?? [],
        ports.map(({ name }) => name)
      )
    }
  })

  it("asks for no more rights than the restricted standard allows", () => {
    assert.lengthOf(pods, 4)
    for (const { spec } of pods) {
      assert.isFalse(spec.automountServiceAccountToken)
      assert.deepInclude(spec.securityContext, {
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" }
      })
    }
    for (const { name, securityContext } of containers)
      assert.deepStrictEqual(
        securityContext,
        { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
        name
      )
  })

  it("gives BfM more time for its end than it takes", () => {
    for (const { spec } of ours) {
      for (const { env, lifecycle } of spec.containers) {
        const grace = Number.parseInt(env.find(({ name }) => name === "BFM_SHUTDOWN_GRACE")?.value ?? "", 10)
        const before = Number(lifecycle?.preStop.exec.command[1] ?? 0)
        assert.isAtLeast(spec.terminationGracePeriodSeconds, before + grace + 15)
      }
    }
  })

  it("limits memory, names images with their version, and holds no secret", () => {
    const { version } = JSON.parse(Document.read("package.json")) as { version: string }
    for (const { name, image, resources, env } of containers) {
      assert.match(resources.limits.memory, /^\d+Mi$/, name)
      assert.isDefined(resources.requests)
      assert.match(image, /:\d/)
      if (image.startsWith("bfm:")) assert.strictEqual(image, `bfm:${version}`)
      for (const { name, value } of env ?? [])
        if (value !== undefined) assert.notMatch(name, /TOKEN|PASSWORD|_URL$/)
    }
  })

  it.effect("says to bfm what bfm understands", () =>
    Effect.gen(function* () {
      const commands = Commands.all(storeless)
      const said = containers.filter(({ image }) => image.startsWith("bfm:"))
      assert.lengthOf(said, 5)
      for (const { args } of said) {
        const meaning = Either.getOrThrow(Arguments.understand(commands, args))
        if (meaning._tag !== "Run") return assert.fail(args.join(" "))
        const parsed = yield* Parse.parse(meaning.verb, meaning.rest)
        assert.isTrue(Either.isRight(parsed), args.join(" "))
      }
      const variables = ours.flatMap(({ spec }) =>
        spec.containers.flatMap(({ env }) => env.map(({ name }) => name))
      )
      for (const name of variables) assert.include([...Server.variables, "BFM_ACTOR"], name)
    })
  )
})

describe("the Helm chart", () => {
  const values = parse(Document.read("deploy/helm/bfm/values.yaml"))
  const templates = fs
    .readdirSync(path.join(Document.root, "deploy/helm/bfm/templates"))
    .map(name => Document.read(`deploy/helm/bfm/templates/${name}`))
    .join("\n")

  /** Each value that is no group of others. */
  const leaves = (value: unknown, at: string): ReadonlyArray<string> =>
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
      ? Object.entries(value).flatMap(([name, part]) => leaves(part, `${at}.${name}`))
      : [at]

  it("has values that fit its schema, which refuses others", () => {
    const isValid = new Ajv({ strict: false }).compile(
      JSON.parse(Document.read("deploy/helm/bfm/values.schema.json"))
    )
    assert.isTrue(isValid(values), JSON.stringify(isValid.errors))
    assert.isFalse(isValid({ ...values, replicas: 2 }))
    assert.isFalse(isValid({ ...values, existingSecret: "" }))
  })

  it("has a value for each that a template asks for, and uses each", () => {
    const asked = new Set([...templates.matchAll(/\.Values((?:\.\w+)+)/g)].map(([, name = ""]) => name))
    const has = leaves(values, "")
    assert.isAbove(asked.size, 20)
    for (const name of asked)
      assert.isTrue(
        has.some(leaf => leaf === name || leaf.startsWith(`${name}.`)),
        `.Values${name}`
      )
    for (const leaf of has)
      assert.isTrue(
        [...asked].some(name => leaf === name || leaf.startsWith(`${name}.`)),
        `values.yaml: ${leaf}`
      )
  })

  it("is of this version", () => {
    const { version } = JSON.parse(Document.read("package.json")) as { version: string }
    const chart = parse(Document.read("deploy/helm/bfm/Chart.yaml"))
    assert.deepInclude(chart, {
      apiVersion: "v2",
      name: "bfm",
      type: "application",
      version,
      appVersion: version
    })
  })
})
