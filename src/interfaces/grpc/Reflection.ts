import { type DescFile, toBinary } from "@bufbuild/protobuf"
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt"
import type * as grpc from "@grpc/grpc-js"
import { ReflectionService } from "@grpc/reflection"
import * as Effect from "effect/Effect"
import * as Record from "effect/Record"
import type * as Adapter from "./Adapter.ts"
import type { CallError } from "./Details.ts"

type Stream = grpc.ServerDuplexStream<unknown, unknown>

/** Says to clients which services and messages there are, as far as whoever runs the calls lets them. */
export const addTo = <R>(
  server: Pick<grpc.Server, "addService">,
  files: ReadonlyArray<DescFile>,
  run: Adapter.Run<CallError, R>
): void => {
  const descriptor: ConstructorParameters<typeof ReflectionService>[0] = {
    // Of a definition, only its files are looked at; this is the kind that needs nothing else.
    files: {
      format: "Protocol Buffer 3 EnumDescriptorProto",
      type: {},
      fileDescriptorProtos: files.map(({ proto }) => Buffer.from(toBinary(FileDescriptorProtoSchema, proto)))
    }
  }
  new ReflectionService(descriptor).addToServer({
    addService: (service, implementation) =>
      server.addService(
        service,
        Record.map(implementation, (handler, name) => guarded(name, handler, service, run))
      )
  })
}

const guarded =
  <R>(
    name: string,
    handler: grpc.UntypedHandleCall,
    service: grpc.ServiceDefinition,
    run: Adapter.Run<CallError, R>
  ) =>
  (surface: Stream): void => {
    const endpoint = (service[name]?.path ?? name).slice(1)
    // The one method of the service is of this kind.
    const answer = Effect.sync(() => (handler as grpc.handleBidiStreamingCall<unknown, unknown>)(surface))
    run({ endpoint, method: name, request: {}, surface }, answer, error => surface.emit("error", error))
  }
