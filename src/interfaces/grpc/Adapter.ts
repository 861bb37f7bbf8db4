import {
  create,
  type DescMessage,
  type DescMethod,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type DescService,
  fromBinary,
  type Message,
  type MessageInitShape,
  type MessageShape,
  toBinary
} from "@bufbuild/protobuf"
import type * as grpc from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** How a method is answered, by its kind. */
export type Handler<M extends DescMethod, E, R> =
  M extends DescMethodUnary<infer I, infer O>
    ? (request: MessageShape<I>) => Effect.Effect<MessageInitShape<O>, E, R>
    : M extends DescMethodServerStreaming<infer I, infer O>
      ? (request: MessageShape<I>) => Stream.Stream<MessageInitShape<O>, E, R>
      : never

/** A handler for each of the methods named, all of them by default. */
export type Handlers<S extends DescService, E, R, K extends keyof S["method"] = keyof S["method"]> = {
  readonly [M in K]: Handler<S["method"][M], E, R>
}

/** What every handler looks like when its types do not matter any more. */
type AnyHandler<E, R> = (
  request: Message
) => Effect.Effect<MessageInitShape<DescMessage>, E, R> | Stream.Stream<MessageInitShape<DescMessage>, E, R>

/** One call, before it is known whether it will be answered. */
export interface Call {
  /** `migration.MigrationService/Migrate`. */
  readonly endpoint: string
  /** The method's name as handlers are called. */
  readonly method: string
  readonly request: object
  readonly surface: Surface
}

/** What grpc-js knows about any kind of call. */
export type Surface = Pick<grpc.ServerUnaryCall<unknown, unknown>, "metadata" | "getPeer" | "sendMetadata">

/** Runs what answers a call; whoever is returned is interrupted when nobody waits for the answer any more. */
export type Run<E, R> = (call: Call, answer: Effect.Effect<void, E, R>, failed: Failed) => () => void

/** Tells the caller why there is no (more) answer. */
export type Failed = (error: grpc.ServerErrorResponse) => void

/** How grpc-js reads and writes the messages of a service. */
export const definition = (service: DescService): grpc.ServiceDefinition =>
  Object.fromEntries(
    service.methods.map(method => [
      method.localName,
      {
        path: `/${service.typeName}/${method.name}`,
        requestStream: method.methodKind === "client_streaming" || method.methodKind === "bidi_streaming",
        responseStream: method.methodKind === "server_streaming" || method.methodKind === "bidi_streaming",
        requestSerialize: message => Buffer.from(toBinary(method.input, message)),
        requestDeserialize: bytes => fromBinary(method.input, bytes),
        responseSerialize: message => Buffer.from(toBinary(method.output, message)),
        responseDeserialize: bytes => fromBinary(method.output, bytes)
      } satisfies grpc.MethodDefinition<Message, Message>
    ])
  )

/** A service as grpc-js calls it. */
export const implementation = <S extends DescService, E, R>(
  service: S,
  handlers: Handlers<S, E, R>,
  run: Run<E, R>
): grpc.UntypedServiceImplementation =>
  Object.fromEntries(
    service.methods.map(method => {
      // The mapped type above holds for each method by itself; that is lost when they are walked through.
      const handler = handlers[method.localName as keyof S["method"]] as AnyHandler<E, R>
      return [
        method.localName,
        method.methodKind === "unary" ? unary(method, handler, run) : streaming(method, handler, run)
      ]
    })
  )

const unary =
  <E, R>(
    method: DescMethod,
    handler: AnyHandler<E, R>,
    run: Run<E, R>
  ): grpc.handleUnaryCall<Message, Message> =>
  (surface, callback) => {
    const answer = Effect.suspend(() => asEffect(handler(surface.request))).pipe(
      Effect.flatMap(value => Effect.sync(() => callback(null, create(method.output, value))))
    )
    surface.on("cancelled", run(callOf(method, surface), answer, callback))
  }

const streaming =
  <E, R>(
    method: DescMethod,
    handler: AnyHandler<E, R>,
    run: Run<E, R>
  ): grpc.handleServerStreamingCall<Message, Message> =>
  surface => {
    const answer = Stream.suspend(() => asStream(handler(surface.request))).pipe(
      Stream.runForEach(value => write(surface, create(method.output, value))),
      Effect.zipRight(Effect.sync(() => surface.end()))
    )
    const failed: Failed = error => surface.emit("error", error)
    surface.on("cancelled", run(callOf(method, surface), answer, failed))
  }

const callOf = (method: DescMethod, surface: Surface & { readonly request: Message }): Call => ({
  endpoint: `${method.parent.typeName}/${method.name}`,
  method: method.localName,
  request: surface.request,
  surface
})

const asEffect = <A, E, R>(
  answer: Effect.Effect<A, E, R> | Stream.Stream<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.isEffect(answer) ? answer : Effect.dieMessage("a unary method is answered by an effect")

const asStream = <A, E, R>(
  answer: Effect.Effect<A, E, R> | Stream.Stream<A, E, R>
): Stream.Stream<A, E, R> => (Effect.isEffect(answer) ? Stream.fromEffect(answer) : answer)

/** Waits when the client reads more slowly than we write. */
const write = (surface: grpc.ServerWritableStream<Message, Message>, message: Message): Effect.Effect<void> =>
  Effect.async(resume => {
    if (surface.write(message)) resume(Effect.void)
    else surface.once("drain", () => resume(Effect.void))
  })
