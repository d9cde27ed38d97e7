/**
 * The client for Node, with connections, the file system and transfers of installers.
 *
 * @packageDocumentation
 */
export * as CommandConfigProvider from "./CommandConfigProvider.js"
export * as Iru from "./Iru.js"
export * as NodeInstallerTransfer from "./NodeInstallerTransfer.js"
export * as NodeTransport from "./NodeTransport.js"
export * as ProgressBar from "./ProgressBar.js"
