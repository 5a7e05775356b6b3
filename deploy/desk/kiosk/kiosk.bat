@echo off
rem The desk and its page over the whole screen: put a shortcut to this file into shell:startup of the desk user.
setlocal
start "desk" /min cmd /c "%~dp0..\start-desk.bat"
:wait
curl -s -o nul http://127.0.0.1:8100/
if errorlevel 1 (
    timeout /t 1 /nobreak >nul
    goto wait
)
start "" msedge --kiosk http://127.0.0.1:8100/ --edge-kiosk-type=fullscreen --no-first-run --autoplay-policy=no-user-gesture-required
