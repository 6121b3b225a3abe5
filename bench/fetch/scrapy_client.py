"""Scrapy beside the fetcher: scrapy_client.py URL PAGES IN_FLIGHT."""
import sys

import scrapy
from scrapy.crawler import CrawlerProcess

URL, PAGES, IN_FLIGHT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


class Client(scrapy.Spider):
    name = "client"
    custom_settings = {
        "CONCURRENT_REQUESTS": IN_FLIGHT,
        "CONCURRENT_REQUESTS_PER_DOMAIN": IN_FLIGHT,
        "CONCURRENT_ITEMS": 1,
        "DOWNLOAD_DELAY": 0,
        "ROBOTSTXT_OBEY": False,
        "LOG_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "COOKIES_ENABLED": False,
        "RETRY_ENABLED": False,
    }

    def requests(self):
        for i in range(PAGES):
            yield scrapy.Request(f"{URL}?{i}", dont_filter=True)

    def start_requests(self):
        yield from self.requests()

    async def start(self):
        for request in self.requests():
            yield request

    def parse(self, response):
        pass


process = CrawlerProcess()
process.crawl(Client)
process.start()
