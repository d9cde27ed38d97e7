/**
 * Records as the service writes them, each with what a test wants to be different.
 */
export const profileId = "e8f93d8e-77da-45a3-b5bf-ede2cf1a330d"
export const scriptId = "1cdbbf21-682b-4573-aa22-5aff027a337b"
export const appId = "58429143-2a3b-4c1d-9d0e-aa11bb22cc33"
export const blueprintId = "3a1f0bc2-77aa-4b6f-8f2e-0011223344ff"
export const categoryId = "e6f6d5b4-0f3c-4f7e-8d5a-99aabbccddee"

type Changes = Readonly<Record<string, unknown>>

export const profileRecord = (changes: Changes = {}) => ({
  id: profileId,
  name: "Custom Profile Test",
  active: true,
  profile: "<plist/>",
  mdm_identifier: `com.kandji.profile.custom.${profileId}`,
  runs_on_mac: true,
  runs_on_iphone: false,
  runs_on_ipad: false,
  runs_on_tv: false,
  runs_on_vision: false,
  created_at: "2023-10-13T17:29:57.339336Z",
  updated_at: "2023-10-13T17:29:57.339416Z",
  ...changes
})

export const scriptRecord = (changes: Changes = {}) => ({
  id: scriptId,
  name: "new_custom_script",
  active: false,
  execution_frequency: "once",
  restart: false,
  script: '/usr/bin/env zsh\necho "hi"',
  remediation_script: "",
  created_at: "2023-10-13T17:25:45.868709Z",
  updated_at: "2023-10-13T17:25:45.868709Z",
  show_in_self_service: false,
  ...changes
})

export const appRecord = (changes: Changes = {}) => ({
  id: appId,
  name: "Custom Apps Test",
  file_key: "companies/companies/1/library/custom_apps/test_18cf0dfc.pkg",
  install_type: "package",
  install_enforcement: "install_once",
  audit_script: "",
  unzip_location: "",
  active: true,
  restart: false,
  preinstall_script: "",
  postinstall_script: "",
  file_url: "https://storage.example/test_18cf0dfc.pkg?X-Amz-Signature=secret",
  sha256: "30e14955ebf1352266dc2ff8067e68104607e750abb9d3b36582b8af909fcb58",
  file_size: 1_048_576,
  file_updated: "2023-10-05T21:25:19Z",
  created_at: "2023-10-05T21:25:19.123456Z",
  updated_at: "2023-10-05T21:25:19.123456Z",
  show_in_self_service: false,
  ...changes
})

export const blueprintRecord = (changes: Changes = {}) => ({
  id: blueprintId,
  name: "Engineering",
  icon: "ss-laptop",
  color: "aqua-500",
  description: "Macs of engineers",
  params: {},
  computers_count: 3,
  enrollment_code: { code: "123456", is_active: true },
  type: "classic",
  ...changes
})

/** One page of a listing, by default the whole of it. */
export const pageOf = (results: ReadonlyArray<unknown>, changes: Changes = {}) => ({
  count: results.length,
  next: null,
  previous: null,
  results,
  ...changes
})
