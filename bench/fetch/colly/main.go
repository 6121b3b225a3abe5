// colly beside the fetcher: colly URL PAGES IN_FLIGHT.
package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/gocolly/colly/v2"
	"github.com/gocolly/colly/v2/queue"
)

func main() {
	pages, _ := strconv.Atoi(os.Args[2])
	inFlight, _ := strconv.Atoi(os.Args[3])
	collector := colly.NewCollector(colly.AllowURLRevisit())
	waiting, _ := queue.New(inFlight, &queue.InMemoryQueueStorage{MaxSize: pages})
	for i := 0; i < pages; i++ {
		waiting.AddURL(fmt.Sprintf("%s?%d", os.Args[1], i))
	}
	waiting.Run(collector)
}
