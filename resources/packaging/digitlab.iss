; The Inno Setup script of Digit Lab for Windows. Not tried yet: it was written on Linux.
;
; On Windows: python -m resources.packaging.build_app, then iscc resources\packaging\digitlab.iss. The result is
; dist\DigitLab-setup.exe. It installs for one user and needs no administrator rights.

#define Version "0.1.0"

[Setup]
AppId={{6E0C4B6E-5F0B-4F62-9E5D-3B1D6F0C7A21}
AppName=Digit Lab
AppVersion={#Version}
AppPublisher=The Digit Lab authors
DefaultDirName={autopf}\Digit Lab
DefaultGroupName=Digit Lab
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
LicenseFile=..\..\LICENSE
OutputDir=..\..\dist
OutputBaseFilename=DigitLab-setup
SetupIconFile=..\..\build\app\digitlab.ico
UninstallDisplayIcon={app}\digitlab.exe
Compression=lzma2/max
SolidCompression=yes
ChangesAssociations=yes
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible

[Files]
Source: "..\..\dist\DigitLab\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{group}\Digit Lab"; Filename: "{app}\digitlab.exe"
Name: "{autodesktop}\Digit Lab"; Filename: "{app}\digitlab.exe"; Tasks: desktopicon

[Tasks]
Name: desktopicon; Description: "{cm:CreateDesktopIcon}"; GroupDescription: "{cm:AdditionalIcons}"

[Registry]
Root: HKA; Subkey: "Software\Classes\.digitnet"; ValueType: string; ValueData: "DigitLab.Model"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\DigitLab.Model"; ValueType: string; ValueData: "Digit Lab model"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\DigitLab.Model\DefaultIcon"; ValueType: string; ValueData: "{app}\digitlab.exe,0"
Root: HKA; Subkey: "Software\Classes\DigitLab.Model\shell\open\command"; ValueType: string; ValueData: """{app}\digitlab.exe"" ""%1"""

[Run]
Filename: "{app}\digitlab.exe"; Description: "{cm:LaunchProgram,Digit Lab}"; Flags: nowait postinstall skipifsilent
