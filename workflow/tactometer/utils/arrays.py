"""The type of all numeric arrays: numpy, double precision."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
