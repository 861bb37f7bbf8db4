import { type DescMessage, fromJson, type JsonValue, type MessageShape, toJson } from "@bufbuild/protobuf"
import * as Effect from "effect/Effect"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { RequestInvalid } from "../../domain/Errors.ts"

/**
 * Messages and the shapes that HTTP answers with have the same fields under the same names: the one is the
 * other in protobuf's JSON. What a shape has and a message has not is left out.
 */
export const message =
  <S extends DescMessage>(schema: S) =>
  (shape: object): MessageShape<S> => {
    // What is undefined is not there; a message knows no such thing.
    const json: JsonValue = JSON.parse(JSON.stringify(shape))
    return fromJson(schema, json, { ignoreUnknownFields: true })
  }

/** What a message asks for. A field that is not set is absent: the shape has its own defaults. */
export const shape =
  <S extends DescMessage, A, I>(schema: S, wanted: Schema.Schema<A, I>) =>
  (request: MessageShape<S>): Effect.Effect<A, RequestInvalid> =>
    Effect.mapError(
      Schema.decodeUnknown(wanted, { errors: "all" })(toJson(schema, request, { useProtoFieldName: true })),
      error =>
        new RequestInvalid({
          problems: ParseResult.ArrayFormatter.formatErrorSync(error).map(
            ({ path, message: reason }) => `${path.join(".")}: ${reason}`
          )
        })
    )
