/**
 * One budget of requests for several machines, kept in Redis.
 *
 * @packageDocumentation
 */
export * as RedisBudget from "./RedisBudget.js"
