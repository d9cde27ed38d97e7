/**
 * The words that seeded records are made of.
 */

type Words = readonly [string, ...ReadonlyArray<string>]

/** Where the company is. */
export const sites: Words = ["Berlin", "Austin", "Lyon", "Osaka", "Leeds", "Oslo", "Porto", "Quito", "Perth", "Turin"]

/** Profiles, and the payload types that go with them. */
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

/** Scripts, and what they do. */
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

/** Software that companies install. */
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

/** Groups of people who use devices. */
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

/** Apps that a company makes for itself. */
export const inHouse: Words = ["Field Notes", "Stock Count", "Shift Planner", "Visitor Desk", "Safety Check"]

/** Tags of devices. */
export const tagNames: Words = ["Executive", "Loaner", "Lab", "Beta", "Contractor", "Kiosk"]

/** Names of the people who use devices. */
export const givenNames: Words = ["Ada", "Ben", "Chiara", "David", "Elif", "Femi", "Grace", "Hugo", "Ines", "Jonas"]
export const familyNames: Words = ["Adler", "Brandt", "Costa", "Diallo", "Eriksen", "Fischer", "Garcia", "Huang", "Ito"]
