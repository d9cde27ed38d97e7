/**
 * A request budget that several machines share through Redis.
 *
 * @packageDocumentation
 */
export * as RedisBudget from "./RedisBudget.js"
