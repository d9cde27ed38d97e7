// TypeScript that compiles to CommonJS: `require` of ES modules, which Node has since 20.19.
import { ApiConfig } from "effect-iru"
import { Iru } from "effect-iru/node"

console.log(typeof ApiConfig.layer, typeof Iru.layer)
