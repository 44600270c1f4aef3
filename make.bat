@echo off
rem The commands of the Makefile for Windows: "make demo", "make test", "make lint".
setlocal
cd /d "%~dp0"
if "%PYTHON%"=="" set PYTHON=py -3
if not defined DEMO set DEMO=--scenario baseline --scenario uhc-non-cut-off --scenario uhc-drop
if not exist .venv\ready (
  %PYTHON% -m venv .venv || exit /b 1
  .venv\Scripts\python -m pip install --quiet --disable-pip-version-check --editable ".[dev]" || exit /b 1
  type nul > .venv\ready
)
if "%1"=="demo" (
  .venv\Scripts\prakira run bengkulu-utara %DEMO%
  exit /b
)
if "%1"=="test" (
  .venv\Scripts\python -m pytest -n auto
  exit /b
)
if "%1"=="lint" (
  .venv\Scripts\ruff check && .venv\Scripts\ruff format --check && .venv\Scripts\mypy
  exit /b
)
echo usage: make demo ^| make test ^| make lint
exit /b 2
