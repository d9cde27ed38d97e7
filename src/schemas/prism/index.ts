export * from "./devices.js"
export * from "./macs.js"
export * from "./Prism.js"
