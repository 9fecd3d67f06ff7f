/** How each system mounts the home: commands and steps, filled in with this appliance's address. Pure. */
export interface MountFacts {
  /** As https://node:8443. */
  origin: string;
  host: string;
  port: string;
  user: string;
  tls: boolean;
}

export interface Step {
  words: string;
  /** To copy. */
  command?: string;
}

export type System = "windows" | "macos" | "gnome" | "kde" | "davfs2" | "rclone" | "samba";

export function systemOf(platform: string): System {
  return /windows|win32/i.test(platform) ? "windows" : /mac|iphone|ipad/i.test(platform) ? "macos" : "gnome";
}

function windows(f: MountFacts): Step[] {
  const trust: Step[] = f.tls
    ? [{ words: "Trust the certificate: download it above, then in PowerShell as administrator:", command: "Import-Certificate -FilePath $HOME\\Downloads\\grid-appliance-ca.pem -CertStoreLocation Cert:\\LocalMachine\\Root" }]
    : [
        {
          words: "This address is plain HTTP, so allow Basic for it. As administrator (2 = also without TLS; loopback only):",
          command: "reg add HKLM\\SYSTEM\\CurrentControlSet\\Services\\WebClient\\Parameters /v BasicAuthLevel /t REG_DWORD /d 2 /f",
        },
      ];
  const unc = f.tls ? `\\\\${f.host}@SSL@${f.port}\\DavWWWRoot\\dav` : `\\\\${f.host}@${f.port}\\DavWWWRoot\\dav`;
  return [
    ...trust,
    {
      words: "Windows refuses files above 50 MB until this limit is raised to 4 GB. As administrator:",
      command: "reg add HKLM\\SYSTEM\\CurrentControlSet\\Services\\WebClient\\Parameters /v FileSizeLimitInBytes /t REG_DWORD /d 4294967295 /f",
    },
    { words: "Restart the service that mounts:", command: "net stop webclient & net start webclient" },
    { words: "Mount as drive G:. Windows asks for name and token:", command: `net use G: ${unc} /user:${f.user} * /persistent:yes` },
    { words: "Files above 4 GB: use the Files page, rclone or Samba." },
  ];
}

function unix(f: MountFacts): Step[] {
  return f.tls
    ? [{ words: "Trust the certificate (Debian, Ubuntu):", command: "sudo cp ~/Downloads/grid-appliance-ca.pem /usr/local/share/ca-certificates/grid-appliance.crt && sudo update-ca-certificates" }]
    : [];
}

export function stepsFor(system: System, f: MountFacts): Step[] {
  const dav = `${f.origin}/dav/`;
  const scheme = f.tls ? "davs" : "dav";
  switch (system) {
    case "windows":
      return windows(f);
    case "macos":
      return [
        ...(f.tls ? [{ words: "Trust the certificate:", command: "sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ~/Downloads/grid-appliance-ca.pem" }] : []),
        { words: "In Finder press ⌘K, enter this address, choose Connect, and log in with name and token:", command: dav },
        { words: "Or in Terminal:", command: `open "${dav}"` },
      ];
    case "gnome":
      return [
        ...unix(f),
        { words: "In Files choose Other Locations (or press Ctrl L) and enter:", command: `${scheme}://${f.user}@${f.host}:${f.port}/dav/` },
        { words: "Or in a terminal:", command: `gio mount ${scheme}://${f.user}@${f.host}:${f.port}/dav/` },
      ];
    case "kde":
      return [
        ...unix(f),
        { words: "In Dolphin press Ctrl L and enter:", command: `${f.tls ? "webdavs" : "webdav"}://${f.user}@${f.host}:${f.port}/dav/` },
      ];
    case "davfs2":
      return [
        ...unix(f),
        { words: "Install davfs2 once:", command: "sudo apt install davfs2" },
        { words: "Mount; it asks for name and token:", command: `sudo mkdir -p /mnt/grid && sudo mount -t davfs -o uid=$(id -u),gid=$(id -g) ${dav} /mnt/grid` },
        { words: "Before unplugging, have everything written:", command: "sudo umount /mnt/grid" },
      ];
    case "rclone":
      return [
        { words: "Set it up once; put the token in the environment first:", command: `rclone config create grid webdav url=${dav} vendor=other user=${f.user} pass="$TOKEN" --obscure${f.tls ? " --ca-cert ~/Downloads/grid-appliance-ca.pem" : ""}` },
        { words: "Copy, synchronise, or mount:", command: `rclone copy --progress results/ grid:results/${f.tls ? " --ca-cert ~/Downloads/grid-appliance-ca.pem" : ""}` },
        { words: "As a drive:", command: `rclone mount grid: ~/grid --vfs-cache-mode writes${f.tls ? " --ca-cert ~/Downloads/grid-appliance-ca.pem" : ""}` },
      ];
    case "samba":
      return [
        { words: "Where this appliance runs as root with Samba installed (./appliance doctor says so), the share is called home. Windows Explorer:", command: `\\\\${f.host}\\home` },
        { words: "macOS (⌘K) and Linux file managers:", command: `smb://${f.user}@${f.host}/home` },
        { words: "On the appliance's own machine no password is asked for. From elsewhere set one for Samba on your profile page first." },
      ];
  }
}
