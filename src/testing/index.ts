/**
 * Example records for tests of your own programs: a valid record for every answer of the API, to use with `Layer.mock`.
 *
 * @example
 * import { Example } from "effect-iru/testing"
 *
 * Layer.mock(Devices, { get: () => Effect.succeed(Example.device({ platform: "iPhone" })) })
 *
 * @packageDocumentation
 */
export * as Example from "./Example.js"
