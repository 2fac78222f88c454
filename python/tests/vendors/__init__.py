# SPDX-License-Identifier: Apache-2.0
"""APIs of real vendors, as their documentation describes them: parameters, order, bounds, pages, limits, refusals.

Times are epoch milliseconds here. Each vendor prints them in another format.
"""
