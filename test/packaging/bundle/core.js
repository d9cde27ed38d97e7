export * from "effect-iru"
