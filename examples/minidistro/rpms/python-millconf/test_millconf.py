import unittest
from datetime import date

import millconf
import millconf.calendar


class Millconf(unittest.TestCase):
    def test_reads_names_and_values(self):
        self.assertEqual(millconf.read("pond = 900 # full\n\nwheel=1"), {"pond": "900", "wheel": "1"})

    def test_names_a_line_that_is_no_setting(self):
        with self.assertRaisesRegex(ValueError, "line 2"):
            millconf.read("pond = 900\nwheel")

    def test_rests_on_sundays_and_at_saint_martins(self):
        days = set(millconf.calendar.grinding_days(2026))
        self.assertIn(date(2026, 1, 17), days)
        self.assertNotIn(date(2026, 1, 18), days)
        self.assertNotIn(date(2026, 11, 11), days)


unittest.main()
