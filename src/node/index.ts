/**
 * The client on Node: connections, files and transfers included.
 */
export * as Iru from "./Iru.js"
export * as NodeInstallerTransfer from "./NodeInstallerTransfer.js"
export * as NodeTransport from "./NodeTransport.js"
