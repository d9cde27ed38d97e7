/**
 * `iru` as one file: Node's single executable application takes a script that waits at no top level.
 */
import { makeIru } from "./root.js"
import { runProgram } from "./shell/program.js"

const args = process.argv.slice(2)
void makeIru(args[0])
  .then((program) => runProgram(program, args))
  .then(() => process.exit())
