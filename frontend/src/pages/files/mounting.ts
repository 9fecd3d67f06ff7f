/** How each system mounts the home: commands and steps, filled in with this appliance's address. Pure. */
import { mount as text } from "../../text/files";

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
    ? [{ words: text.steps.windowsTrust, command: "Import-Certificate -FilePath $HOME\\Downloads\\grid-appliance-ca.pem -CertStoreLocation Cert:\\LocalMachine\\Root" }]
    : [
        {
          words: text.steps.windowsBasic,
          command: "reg add HKLM\\SYSTEM\\CurrentControlSet\\Services\\WebClient\\Parameters /v BasicAuthLevel /t REG_DWORD /d 2 /f",
        },
      ];
  const unc = f.tls ? `\\\\${f.host}@SSL@${f.port}\\DavWWWRoot\\dav` : `\\\\${f.host}@${f.port}\\DavWWWRoot\\dav`;
  return [
    ...trust,
    {
      words: text.steps.windowsLimit,
      command: "reg add HKLM\\SYSTEM\\CurrentControlSet\\Services\\WebClient\\Parameters /v FileSizeLimitInBytes /t REG_DWORD /d 4294967295 /f",
    },
    { words: text.steps.windowsRestart, command: "net stop webclient & net start webclient" },
    { words: text.steps.windowsMount, command: `net use G: ${unc} /user:${f.user} * /persistent:yes` },
    { words: text.steps.windowsLarge },
  ];
}

function unix(f: MountFacts): Step[] {
  return f.tls
    ? [{ words: text.steps.debianTrust, command: "sudo cp ~/Downloads/grid-appliance-ca.pem /usr/local/share/ca-certificates/grid-appliance.crt && sudo update-ca-certificates" }]
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
        ...(f.tls ? [{ words: text.steps.macTrust, command: "sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ~/Downloads/grid-appliance-ca.pem" }] : []),
        { words: text.steps.macFinder, command: dav },
        { words: text.steps.macTerminal, command: `open "${dav}"` },
      ];
    case "gnome":
      return [
        ...unix(f),
        { words: text.steps.gnomeFiles, command: `${scheme}://${f.user}@${f.host}:${f.port}/dav/` },
        { words: text.steps.gnomeTerminal, command: `gio mount ${scheme}://${f.user}@${f.host}:${f.port}/dav/` },
      ];
    case "kde":
      return [
        ...unix(f),
        { words: text.steps.kde, command: `${f.tls ? "webdavs" : "webdav"}://${f.user}@${f.host}:${f.port}/dav/` },
      ];
    case "davfs2":
      return [
        ...unix(f),
        { words: text.steps.davfsInstall, command: "sudo apt install davfs2" },
        { words: text.steps.davfsMount, command: `sudo mkdir -p /mnt/grid && sudo mount -t davfs -o uid=$(id -u),gid=$(id -g) ${dav} /mnt/grid` },
        { words: text.steps.davfsUnmount, command: "sudo umount /mnt/grid" },
      ];
    case "rclone":
      return [
        { words: text.steps.rcloneSetup, command: `rclone config create grid webdav url=${dav} vendor=other user=${f.user} pass="$TOKEN" --obscure${f.tls ? " --ca-cert ~/Downloads/grid-appliance-ca.pem" : ""}` },
        { words: text.steps.rcloneCopy, command: `rclone copy --progress results/ grid:results/${f.tls ? " --ca-cert ~/Downloads/grid-appliance-ca.pem" : ""}` },
        { words: text.steps.rcloneMount, command: `rclone mount grid: ~/grid --vfs-cache-mode writes${f.tls ? " --ca-cert ~/Downloads/grid-appliance-ca.pem" : ""}` },
      ];
    case "samba":
      return [
        { words: text.steps.sambaWindows, command: `\\\\${f.host}\\home` },
        { words: text.steps.sambaOthers, command: `smb://${f.user}@${f.host}/home` },
        { words: text.steps.sambaPassword },
      ];
  }
}
