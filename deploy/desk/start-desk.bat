@echo off
rem Install the desk from this folder, without network, and start it. Run it again to start; it installs once a version.
setlocal
chcp 65001 >nul
set "KIT=%~dp0"
set /p VERSION=<"%KIT%version.txt"
if not defined DESK_FOLDER set "DESK_FOLDER=%LOCALAPPDATA%\clearance-desk"
set "PROGRAM=%DESK_FOLDER%\program-%VERSION%"
if not defined VERIFIER_HOME set "VERIFIER_HOME=%DESK_FOLDER%\home"
set PYTHONUTF8=1
if exist "%PROGRAM%\installed" goto installed

if not defined PYTHON set "PYTHON=py -3"
%PYTHON% -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
if errorlevel 1 (
    echo Python 3.11, 3.12 or 3.13 for 64-bit Windows is needed.
    exit /b 1
)
echo Installing, once, about a minute ...
%PYTHON% -m venv --clear "%PROGRAM%" || exit /b 1
"%PROGRAM%\Scripts\python.exe" -m pip install -q --disable-pip-version-check --no-index --find-links "%KIT%wheels" --require-hashes -r "%KIT%requirements.txt" || exit /b 1
type nul >"%PROGRAM%\installed"

:installed
rem The root is pinned once. Another kit cannot change whom this desk believes.
if not exist "%VERIFIER_HOME%\trust" mkdir "%VERIFIER_HOME%\trust"
if not exist "%VERIFIER_HOME%\trust\root.pem" copy /y "%KIT%root.pem" "%VERIFIER_HOME%\trust\root.pem" >nul
fc /b "%KIT%root.pem" "%VERIFIER_HOME%\trust\root.pem" >nul || echo This desk is pinned to another root than this kit's; its own is kept.
"%PROGRAM%\Scripts\verifier.exe" bundle import "%KIT%trust.zip" >nul || echo The kit's lists are older than this desk's own, which are kept.
if not exist "%VERIFIER_HOME%\desk.json" copy /y "%KIT%desk.json" "%VERIFIER_HOME%\desk.json" >nul
if "%~1"=="" ("%PROGRAM%\Scripts\verifier.exe" run) else ("%PROGRAM%\Scripts\verifier.exe" %*)
