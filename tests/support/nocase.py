"""A library that, loaded before all others, makes the file system of folders named `folded` one
that does not tell case: LD_PRELOAD.
"""

import subprocess
from pathlib import Path

SOURCE = r"""
#define _GNU_SOURCE
#include <ctype.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <string.h>

static const char *folded(const char *path, char *copy) {
  const char *in = strstr(path, "/folded/");
  if (in == NULL || strlen(path) > 4000) return path;
  strcpy(copy, path);
  for (char *c = copy + (in - path) + 8; *c; c++) *c = (char)tolower(*c);
  return copy;
}
#define OPEN(name) int name(const char *path, int flags, ...) { \
  va_list more; va_start(more, flags); int mode = va_arg(more, int); va_end(more); \
  char copy[4096]; \
  int (*next)(const char *, int, ...) = dlsym(RTLD_NEXT, #name); \
  return next(folded(path, copy), flags, mode); }
#define STAT(name) int name(const char *path, void *found) { char copy[4096]; \
  int (*next)(const char *, void *) = dlsym(RTLD_NEXT, #name); \
  return next(folded(path, copy), found); }
#define STATAT(name) int name(int at, const char *path, void *found, int flags) { \
  char copy[4096]; int (*next)(int, const char *, void *, int) = dlsym(RTLD_NEXT, #name); \
  return next(at, folded(path, copy), found, flags); }
OPEN(open) OPEN(open64)
STATAT(fstatat) STATAT(fstatat64)
STAT(stat) STAT(stat64) STAT(lstat) STAT(lstat64)
int mkdir(const char *path, unsigned mode) { char copy[4096];
  int (*next)(const char *, unsigned) = dlsym(RTLD_NEXT, "mkdir");
  return next(folded(path, copy), mode); }
long pathconf(const char *path, int what) { char copy[4096];
  long (*next)(const char *, int) = dlsym(RTLD_NEXT, "pathconf");
  return next(folded(path, copy), what); }
int unlink(const char *path) { char copy[4096];
  int (*next)(const char *) = dlsym(RTLD_NEXT, "unlink"); return next(folded(path, copy)); }
"""


def build(folder: Path) -> dict[str, str]:
    """The environment in which folders named `folded` do not tell case."""
    source, library = folder / "nocase.c", folder / "nocase.so"
    source.write_text(SOURCE)
    command = ["cc", "-shared", "-fPIC", "-w", "-o", library, source, "-ldl"]
    subprocess.run(command, check=True)
    return {"LD_PRELOAD": str(library)}
