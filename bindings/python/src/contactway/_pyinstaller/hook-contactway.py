"""What PyInstaller cannot see: the core, which ctypes loads, and what is imported when annotations are read."""

from PyInstaller.utils.hooks import collect_dynamic_libs

binaries = collect_dynamic_libs("contactway")
hiddenimports = ["contactway._typing", "contactway.types"]
