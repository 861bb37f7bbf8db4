import { type DescFile, toBinary } from "@bufbuild/protobuf"
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt"
import type * as grpc from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import type * as Adapter from "./Adapter.ts"
import type { CallError } from "./Details.ts"

type Surface = grpc.ServerDuplexStream<unknown, unknown>

/** One version of the service, as the package knows it. */
interface Version {
  readonly definition: grpc.MethodDefinition<unknown, unknown>
  readonly answer: grpc.handleBidiStreamingCall<unknown, unknown>
}

const versions = ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"]
const method = "ServerReflectionInfo"

/**
 * Says to clients which services and messages there are, as far as whoever runs the calls lets them. What answers is
 * loaded when somebody asks first: it is large, and people at a keyboard ask, not applications.
 */
export const addTo = <R>(
  server: Pick<grpc.Server, "addService">,
  files: ReadonlyArray<DescFile>,
  run: Adapter.Run<CallError, R>
): Effect.Effect<void> =>
  Effect.map(Effect.cached(load(files)), loaded => {
    for (const version of versions) addVersion(server, version, loaded, run)
  })

const addVersion = <R>(
  server: Pick<grpc.Server, "addService">,
  version: string,
  loaded: Effect.Effect<ReadonlyMap<string, Version>>,
  run: Adapter.Run<CallError, R>
): void => {
  const path = `/${version}/${method}`
  let known: Version | undefined
  const definition: grpc.MethodDefinition<unknown, unknown> = {
    path,
    requestStream: true,
    responseStream: true,
    // No message is read before somebody listens to the stream, which happens after loading.
    requestSerialize: message => known?.definition.requestSerialize(message) ?? Buffer.alloc(0),
    requestDeserialize: bytes => known?.definition.requestDeserialize(bytes),
    responseSerialize: message => known?.definition.responseSerialize(message) ?? Buffer.alloc(0),
    responseDeserialize: bytes => known?.definition.responseDeserialize(bytes)
  }
  const answer = (surface: Surface): void => {
    const answered = Effect.map(loaded, found => {
      known = found.get(path)
      known?.answer(surface)
    })
    const call = { endpoint: path.slice(1), method, request: {}, surface }
    run(call, answered, error => surface.emit("error", error))
  }
  server.addService({ [method]: definition }, { [method]: answer })
}

/** What the package would add to a server, by path. */
const load = (files: ReadonlyArray<DescFile>): Effect.Effect<ReadonlyMap<string, Version>> =>
  Effect.map(
    Effect.promise(() => import("@grpc/reflection")),
    ({ ReflectionService }) => {
      const found = new Map<string, Version>()
      new ReflectionService({
        // Of a definition, only its files are looked at; this is the kind that needs nothing else.
        files: {
          format: "Protocol Buffer 3 EnumDescriptorProto",
          type: {},
          fileDescriptorProtos: files.map(({ proto }) =>
            Buffer.from(toBinary(FileDescriptorProtoSchema, proto))
          )
        }
      }).addToServer({
        addService: (service, implementation) => {
          for (const [name, definition] of Object.entries(service)) {
            // The one method of the service is of this kind.
            const answer = implementation[name] as grpc.handleBidiStreamingCall<unknown, unknown>
            found.set(definition.path, { definition, answer })
          }
        }
      })
      return found
    }
  )
