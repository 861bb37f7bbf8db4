import {
  create,
  type DescMessage,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary
} from "@bufbuild/protobuf"
import { anyUnpack } from "@bufbuild/protobuf/wkt"
import * as grpc from "@grpc/grpc-js"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import {
  ErrorInfoSchema,
  RetryInfoSchema,
  StatusSchema
} from "../../../src/interfaces/grpc/generated/google/rpc/status_pb.ts"

/** A call that came to nothing, as a client sees it. */
export class CallFailed extends Data.TaggedError("CallFailed")<{
  readonly code: grpc.status
  readonly details: string
  /** The kind of the error, from `grpc-status-details-bin`; empty when there is none. */
  readonly reason: string
  /** What is known about it. */
  readonly fields: Readonly<Record<string, string>>
  /** Seconds after which it may be asked again, if that was said. */
  readonly retryAfter: number | undefined
  /** Everything that came with it, as text. */
  readonly whole: string
}> {}

/** What a client reads from the error of a call. */
export const failed = (
  error: Pick<grpc.ServiceError, "code" | "details" | "message" | "metadata">
): CallFailed => {
  const [details] = error.metadata.get("grpc-status-details-bin")
  const said = Buffer.isBuffer(details) ? fromBinary(StatusSchema, details).details : []
  const [info] = said.flatMap(any => anyUnpack(any, ErrorInfoSchema) ?? [])
  const [retry] = said.flatMap(any => anyUnpack(any, RetryInfoSchema) ?? [])
  return new CallFailed({
    code: error.code,
    details: error.details,
    reason: info?.reason ?? "",
    fields: info?.metadata ?? {},
    retryAfter: retry?.retryDelay === undefined ? undefined : Number(retry.retryDelay.seconds),
    whole: `${error.message} ${JSON.stringify(error.metadata)} ${JSON.stringify(info ?? "")}`
  })
}

export interface CallSettings {
  readonly token?: string
  /** Milliseconds. */
  readonly deadline?: number
  readonly metadata?: Readonly<Record<string, string>>
}

export interface Client {
  readonly unary: <I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    settings?: CallSettings
  ) => Effect.Effect<MessageShape<O>, CallFailed>
  /** Interrupting it cancels the call. */
  readonly stream: <I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    request: MessageInitShape<I>,
    settings?: CallSettings
  ) => Stream.Stream<MessageShape<O>, CallFailed>
  readonly channel: grpc.Client
}

const paths = (method: { readonly parent: { readonly typeName: string }; readonly name: string }) =>
  `/${method.parent.typeName}/${method.name}`

/** A client that presents a token with each call, unless the call has its own; closed with the scope. */
export const connect = (port: number, token: string, credentials = grpc.credentials.createInsecure()) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => new grpc.Client(`localhost:${port}`, credentials, { "grpc.enable_retries": 0 })),
      channel => Effect.sync(() => channel.close())
    ),
    (channel): Client => ({
      channel,
      unary: (method, request, settings = {}) =>
        Effect.async((resume, signal) => {
          const call = channel.makeUnaryRequest(
            paths(method),
            message => Buffer.from(toBinary(method.input, message)),
            bytes => fromBinary(method.output, bytes),
            create(method.input, request),
            metadataOf({ token, ...settings }),
            optionsOf(settings),
            (error, value) =>
              resume(
                error === null && value !== undefined
                  ? Effect.succeed(value)
                  : error === null
                    ? Effect.dieMessage("an answer without a message")
                    : failed(error)
              )
          )
          signal.addEventListener("abort", () => call.cancel())
        }),
      stream: (method, request, settings = {}) =>
        Stream.asyncPush(emit =>
          Effect.acquireRelease(
            Effect.sync(() => {
              const call = channel.makeServerStreamRequest(
                paths(method),
                message => Buffer.from(toBinary(method.input, message)),
                bytes => fromBinary(method.output, bytes),
                create(method.input, request),
                metadataOf({ token, ...settings }),
                optionsOf(settings)
              )
              call.on("data", message => emit.single(message))
              call.on("end", () => emit.end())
              call.on("error", (error: grpc.ServiceError) => emit.fail(failed(error)))
              return call
            }),
            call => Effect.sync(() => call.cancel())
          )
        )
    })
  )

const metadataOf = ({ token, metadata = {} }: CallSettings): grpc.Metadata => {
  const sent = new grpc.Metadata()
  if (token !== undefined && token !== "") sent.set("authorization", `Bearer ${token}`)
  for (const [name, value] of Object.entries(metadata)) sent.set(name, value)
  return sent
}

const optionsOf = ({ deadline }: CallSettings): grpc.CallOptions =>
  deadline === undefined ? {} : { deadline: Date.now() + deadline }

/** The failure of a call that has to fail. */
export const failure = (call: Effect.Effect<unknown, CallFailed>): Effect.Effect<CallFailed> =>
  Effect.orDieWith(Effect.flip(call), answer => new Error(`the call succeeded: ${String(answer)}`))
