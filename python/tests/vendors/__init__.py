# SPDX-License-Identifier: Apache-2.0
"""APIs of real vendors, each as its documentation describes it: parameters, order, bounds, pages, limits, refusals.

Times are epoch milliseconds in here; each vendor prints them in its own manner.
"""
