#include "bench/sink/contender.h"

#include <sys/resource.h>

#include <memory>

#include <libpq-fe.h>

#include "bench/process_usage.h"

namespace newsmill::bench {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_usec) * 1e-6;
}

// This process and the children that it has waited for.
double ClientCpu() {
  double sum = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    getrusage(who, &usage);
    sum += Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
  }
  return sum;
}

}  // namespace

Result<Measured> Measure(const Contender& contender, const std::string& url,
                         pid_t server) {
  const double client = ClientCpu();
  const double before = CpuWithEnded(server);
  if (auto done = contender.run(); !done) {
    return Error{done.error().code,
                 contender.name + ": " + done.error().message};
  }
  Measured measured;
  measured.client_cpu_seconds = ClientCpu() - client;
  measured.server_cpu_seconds = CpuWithEnded(server) - before;

  const std::unique_ptr<PGconn, void (*)(PGconn*)> connection(
      PQconnectdb(url.c_str()), &PQfinish);
  const std::string text =
      "WITH commits AS (SELECT pg_xact_commit_timestamp(xmin) AS at, count(*) "
      "AS rows FROM " +
      contender.schema +
      ".articles GROUP BY 1) SELECT sum(rows), (sum(rows) - (array_agg(rows "
      "ORDER BY at))[1]) / extract(epoch FROM max(at) - min(at)) FROM commits";
  const std::unique_ptr<PGresult, void (*)(PGresult*)> answer(
      PQexec(connection.get(), text.c_str()), &PQclear);
  if (PQresultStatus(answer.get()) != PGRES_TUPLES_OK ||
      PQgetisnull(answer.get(), 0, 1) != 0) {
    return Error{Code::kInternal, contender.name + " left no rows: " +
                                      PQerrorMessage(connection.get())};
  }
  measured.rows = std::stoll(PQgetvalue(answer.get(), 0, 0));
  measured.rows_per_second = std::stod(PQgetvalue(answer.get(), 0, 1));
  return measured;
}

}  // namespace newsmill::bench
