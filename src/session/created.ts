/**
 * Gets the record after its creation, even if the service answers only with its id.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { ApiClientError } from "../errors/ApiClientError.js"

/** Makes a function that creates a record and returns it. If the answer has only the id, the record is then read. */
export const whole =
  <Fields, A>(
    create: (fields: Fields) => Effect.Effect<Either.Either<A, string>, ApiClientError>,
    get: (id: string) => Effect.Effect<A, ApiClientError>
  ) =>
  (fields: Fields): Effect.Effect<A, ApiClientError> =>
    Effect.flatMap(create(fields), Either.match({ onLeft: get, onRight: Effect.succeed }))
