/**
 * Words for seeded records.
 */

type Words = readonly [string, ...ReadonlyArray<string>]

/** The sites of the company. */
export const sites: Words = ["Berlin", "Austin", "Lyon", "Osaka", "Leeds", "Oslo", "Porto", "Quito", "Perth", "Turin"]

/** Names of profiles, and their payload types. */
export const profiles: { readonly names: Words; readonly types: Words } = {
  names: [
    "Wi-Fi Office",
    "VPN",
    "Login Window",
    "Privacy Preferences",
    "Notification Settings",
    "Certificate Root CA",
    "Firewall",
    "Dock Layout",
    "Managed Login Items",
    "Content Filter",
    "System Extensions",
    "Energy Saver"
  ],
  types: [
    "com.apple.wifi.managed",
    "com.apple.vpn.managed",
    "com.apple.loginwindow",
    "com.apple.TCC.configuration-profile-policy",
    "com.apple.notificationsettings",
    "com.apple.security.root",
    "com.apple.security.firewall",
    "com.apple.dock",
    "com.apple.servicemanagement",
    "com.apple.webcontent-filter",
    "com.apple.system-extension-policy",
    "com.apple.MCX"
  ]
}

/** Names and contents of scripts. */
export const scripts: { readonly names: Words; readonly lines: Words } = {
  names: [
    "Install Rosetta 2",
    "Rotate FileVault Key",
    "Set Computer Name",
    "Remove Old Java",
    "Enable Remote Login",
    "Collect Battery Health",
    "Clear Printer Queue",
    "Rename Local Admin",
    "Set Time Zone",
    "Report Disk Space",
    "Reset Dock",
    "Install Command Line Tools",
    "Remove Guest Account",
    "Flush DNS Cache",
    "Audit Local Admins",
    "Empty Trash",
    "Check Gatekeeper",
    "Repair Permissions",
    "Trust Root Certificate",
    "Update Homebrew"
  ],
  lines: [
    "/usr/sbin/softwareupdate --install-rosetta --agree-to-license",
    "/usr/sbin/systemsetup -settimezone Europe/Berlin",
    "/usr/sbin/diskutil info / | /usr/bin/grep 'Free Space'",
    "/usr/bin/dscacheutil -flushcache",
    "/usr/bin/cancel -a -x",
    "/usr/sbin/spctl --status",
    "/usr/bin/dscl . -read /Groups/admin GroupMembership"
  ]
}

/** Software of other companies. */
export const software: Words = [
  "Firefox",
  "Blender",
  "VLC",
  "Inkscape",
  "LibreOffice",
  "KeePassXC",
  "Wireshark",
  "Audacity",
  "OBS Studio",
  "GIMP",
  "Signal",
  "Thunderbird",
  "Zotero",
  "HandBrake",
  "Transmission",
  "Rectangle"
]

/** Groups of users. */
export const people: Words = [
  "Engineering",
  "Design",
  "Sales",
  "Finance",
  "Support",
  "Executives",
  "Contractors",
  "Lab",
  "Kiosks",
  "Conference Rooms",
  "Marketing",
  "Human Resources"
]

/** Apps that the company has developed. */
export const inHouse: Words = ["Field Notes", "Stock Count", "Shift Planner", "Visitor Desk", "Safety Check"]

/** Tags of devices. */
export const tagNames: Words = ["Executive", "Loaner", "Lab", "Beta", "Contractor", "Kiosk"]

/** Given names of users. */
export const givenNames: Words = ["Ada", "Ben", "Chiara", "David", "Elif", "Femi", "Grace", "Hugo", "Ines", "Jonas"]
export const familyNames: Words = ["Adler", "Brandt", "Costa", "Diallo", "Eriksen", "Fischer", "Garcia", "Huang", "Ito"]
