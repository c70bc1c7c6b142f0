"""The memory checks, for those who still import them from here."""

from nncore.memory import check_memory as check_memory
from nncore.memory import gigabytes as gigabytes
