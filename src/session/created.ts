/**
 * The record of a creation, whether the service answers with the record or only with its id.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { ApiClientError } from "../errors/ApiClientError.js"

/** The record that was created. It is read if the answer to its creation has only its id. */
export const whole =
  <Fields, A>(
    create: (fields: Fields) => Effect.Effect<Either.Either<A, string>, ApiClientError>,
    get: (id: string) => Effect.Effect<A, ApiClientError>
  ) =>
  (fields: Fields): Effect.Effect<A, ApiClientError> =>
    Effect.flatMap(create(fields), Either.match({ onLeft: get, onRight: Effect.succeed }))
