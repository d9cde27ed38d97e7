/**
 * For tests of your own programs: a valid record of every answer, for `Layer.mock`.
 *
 * @example
 * import { Example } from "effect-iru/testing"
 *
 * Layer.mock(Devices, { get: () => Effect.succeed(Example.device({ platform: "iPhone" })) })
 *
 * @packageDocumentation
 */
export * as Example from "./Example.js"
