/**
 * One budget of requests for several machines, kept in Redis.
 */
export * as RedisBudget from "./RedisBudget.js"
