export { CustomScripts } from "effect-iru"
