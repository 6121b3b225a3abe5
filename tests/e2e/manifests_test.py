"""What deploy/k8s says of newsmill, held against the binary itself.

usage: manifests_test.py NEWSMILL_BINARY SOURCE_DIR

No cluster: each container's arguments, variables and configuration are given to
the binary with the mounted folders moved into a temporary one, and with a
broker and a database that refuse connections. What is wrong with them ends the
binary with 64 or 78; what is right makes it wait (workers) or end with 75.
"""

import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest

import yaml

BINARY, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
FOLDER = SOURCE / "deploy" / "k8s"
REPLAY = SOURCE / "deploy" / "k8s-replay" / "job.yaml"
ROLES = ("fetcher", "parser", "sink")
NOBODY_LISTENS = "127.0.0.1:1"
DONE, TRY_AGAIN = 0, 75
# All that is mounted lies below it.
MOUNTED = "/etc/newsmill/"
# Content of the Secrets that docs/kubernetes.md has the operator make.
SECRETS = {
    "newsmill-kafka": {"password": "secret\n", "ca.pem": None},
    "newsmill-store": {"url": f"postgresql://newsmill@{NOBODY_LISTENS}/news\n"},
}


def documents(path):
    return [d for d in yaml.safe_load_all(path.read_text()) if d]


def manifests():
    """Every object that `kubectl apply -k` makes but the ConfigMap."""
    return [
        document
        for name in kustomization()["resources"]
        for document in documents(FOLDER / name)
    ]


def kustomization():
    return documents(FOLDER / "kustomization.yaml")[0]


def of_kind(kind):
    return {m["metadata"]["name"]: m for m in manifests() if m["kind"] == kind}


def pods():
    """Pod specs by the name of their Deployment or Job."""
    return {
        m["metadata"]["name"]: m["spec"]["template"]["spec"]
        for m in manifests()
        if m["kind"] in ("Deployment", "Job")
    }


def containers(pod):
    return pod.get("initContainers", []) + pod["containers"]


class Mounts:
    """The volumes of one container as folders of this machine."""

    def __init__(self, pod, container, authorities):
        self._folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self._folder.name)
        volumes = {v["name"]: v for v in pod["volumes"]}
        for mount in container["volumeMounts"]:
            folder = self.root / mount["mountPath"].lstrip("/")
            folder.mkdir(parents=True)
            self._fill(folder, volumes[mount["name"]], authorities)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._folder.cleanup()

    def moved(self, text):
        return text.replace(MOUNTED, f"{self.root}{MOUNTED}")

    def _fill(self, folder, volume, authorities):
        if "secret" in volume:
            for name, text in SECRETS[volume["secret"]["secretName"]].items():
                (folder / name).write_text(text or authorities)
            return
        for generated in kustomization()["configMapGenerator"]:
            if generated["name"] != volume["configMap"]["name"]:
                continue
            for name in generated["files"]:
                text = (FOLDER / name).read_text()
                (folder / name).write_text(self.moved(text))


class Manifests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.authorities = subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null",
             "-subj", "/CN=a test's authority"],
            check=True, capture_output=True, text=True).stdout

    def start(self, mounts, container, *more):
        environment = {
            k: v for k, v in os.environ.items() if not k.startswith("NEWSMILL_")}
        for variable in container.get("env", []):
            environment[variable["name"]] = mounts.moved(variable["value"])
        arguments = [mounts.moved(a) for a in container["args"]]
        return subprocess.Popen(
            [BINARY, *arguments, *more,
             "--set", f'kafka."bootstrap.servers"={NOBODY_LISTENS}'],
            env=environment, cwd=mounts.root, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def settings(self, role="sink"):
        """The configuration that the worker sees, as `config show` has it."""
        pod = pods()[f"newsmill-{role}"]
        container = dict(pod["containers"][0])
        container["args"] = ["config", "show", "--json", *container["args"][1:]]
        with Mounts(pod, container, self.authorities) as mounts:
            out, err = self.start(mounts, container).communicate(timeout=60)
        return json.loads(out or self.fail(err))["values"]

    def test_the_kustomization_names_every_manifest(self):
        named = set(kustomization()["resources"]) | {"kustomization.yaml"}
        self.assertEqual(named, {p.name for p in FOLDER.glob("*.yaml")})

    def test_the_configuration_is_one_that_the_binary_takes(self):
        for role in ROLES:
            with self.subTest(role):
                settings = self.settings(role)
                self.assertEqual(settings["log"]["backend"], "kafka")
                self.assertEqual(settings["store"]["backend"], "postgres")

    def test_only_who_needs_the_database_is_given_its_password(self):
        given = {
            c["name"]
            for pod in pods().values()
            for c in containers(pod)
            if any(v["name"] == "store" for v in c["volumeMounts"])
        }
        self.assertEqual(given, {"sink", "store"})
        self.assertEqual(self.settings("sink")["store"]["url"], "********")
        self.assertEqual(self.settings("fetcher")["store"]["url"], "")

    def test_the_job_needs_nothing_but_broker_and_database(self):
        pod = pods()["newsmill-prepare"]
        for container in containers(pod):
            with self.subTest(container["name"]), Mounts(
                    pod, container, self.authorities) as mounts:
                process = self.start(mounts, container)
                _, err = process.communicate(timeout=120)
                self.assertEqual(process.returncode, TRY_AGAIN, err)

    def test_a_replay_divides_its_work_among_its_indices(self):
        job = documents(REPLAY)[0]["spec"]
        container = job["template"]["spec"]["containers"][0]
        count = container["args"].index("--job-count") + 1
        self.assertEqual(job["completionMode"], "Indexed")
        self.assertEqual(container["args"][count], str(job["completions"]))

    def test_a_replay_needs_the_broker_and_no_database(self):
        pod = documents(REPLAY)[0]["spec"]["template"]["spec"]
        container = dict(pod["containers"][0])
        container["env"] = [{"name": "JOB_COMPLETION_INDEX", "value": "3"}]
        with Mounts(pod, container, self.authorities) as mounts:
            process = self.start(mounts, container)
            _, err = process.communicate(timeout=120)
            self.assertEqual(process.returncode, TRY_AGAIN, err)

    def test_workers_start_answer_their_probes_and_stop(self):
        deployments = of_kind("Deployment")
        for role in ROLES:
            deployment = deployments[f"newsmill-{role}"]
            template = deployment["spec"]["template"]
            pod, container = template["spec"], template["spec"]["containers"][0]
            with self.subTest(role), Mounts(
                    pod, container, self.authorities) as mounts:
                process = self.start(
                    mounts, container, "--set", "http.listen=127.0.0.1:0")
                try:
                    port = self.port_of(process)
                    annotations = template["metadata"]["annotations"]
                    self.answers(port, annotations["prometheus.io/path"], 200)
                    self.answers(port, self.path(container, "liveness"), 200)
                    # Without a broker no worker is ready.
                    self.answers(port, self.path(container, "readiness"), 503)
                    process.send_signal(signal.SIGTERM)
                    _, err = process.communicate(
                        timeout=pod["terminationGracePeriodSeconds"])
                finally:
                    process.kill()
                    process.communicate()
                self.assertEqual(process.returncode, DONE, err)

    def port_of(self, process):
        """Of the log, once the worker cannot reach its broker."""
        port, said = None, []
        for line in process.stderr:
            said.append(line)
            if not line.startswith("{"):
                continue
            record = json.loads(line)
            port = record.get("port", port)
            if port and record["message"] == "Cannot be reached yet.":
                return port
        self.fail("the worker ended: " + "".join(said))

    def answers(self, port, path, status):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", path)
        answer = connection.getresponse()
        self.assertEqual(answer.status, status, (path, answer.read()))

    def path(self, container, probe):
        return container[probe + "Probe"]["httpGet"]["path"]

    def test_probes_and_metrics_are_asked_for_where_they_are_served(self):
        listen = self.settings()["http"]["listen"]
        for name, deployment in of_kind("Deployment").items():
            with self.subTest(name):
                template = deployment["spec"]["template"]
                container = template["spec"]["containers"][0]
                ports = {p["name"]: p["containerPort"]
                         for p in container["ports"]}
                self.assertEqual(listen, f"0.0.0.0:{ports['http']}")
                self.assertEqual(
                    template["metadata"]["annotations"]["prometheus.io/port"],
                    str(ports["http"]))
                for probe in ("livenessProbe", "readinessProbe"):
                    self.assertEqual(
                        container[probe]["httpGet"]["port"], "http")

    def test_a_pod_may_drain_and_leave_its_group_before_it_is_killed(self):
        settings = self.settings()
        needed = seconds(settings["worker"]["drain_timeout"]) + seconds(
            settings["log"]["session_timeout"])
        for name in of_kind("Deployment"):
            with self.subTest(name):
                grace = pods()[name]["terminationGracePeriodSeconds"]
                self.assertGreater(grace, needed)

    def test_no_role_has_more_pods_than_partitions(self):
        log = self.settings()["log"]
        of_role = {"fetcher": "tasks", "parser": "pages", "sink": "articles"}
        for role, topic in of_role.items():
            deployment = of_kind("Deployment")[f"newsmill-{role}"]
            with self.subTest(role):
                self.assertLessEqual(
                    deployment["spec"]["replicas"], log[topic + "_partitions"])
        scaler = documents(FOLDER / "examples" / "parser-hpa.yaml")[0]["spec"]
        self.assertEqual(scaler["maxReplicas"], log["pages_partitions"])
        self.assertIn(
            scaler["scaleTargetRef"]["name"], of_kind("Deployment"))

    def test_exit_codes_in_policies_are_the_binarys(self):
        header = SOURCE / "core" / "runtime" / "exit_codes.h"
        codes = dict(re.findall(r"(kExit\w+) = (\d+)", header.read_text()))
        job = of_kind("Job")["newsmill-prepare"]
        rules = job["spec"]["podFailurePolicy"]["rules"]
        failing = [r["onExitCodes"]["values"] for r in rules
                   if r["action"] == "FailJob"]
        self.assertEqual(failing, [[int(codes["kExitUsage"]),
                                    int(codes["kExitBadConfiguration"])]])

    def test_no_container_has_rights_it_does_not_need(self):
        for name, pod in pods().items():
            self.assertIs(pod["automountServiceAccountToken"], False, name)
            self.assertIs(pod["securityContext"]["runAsNonRoot"], True, name)
            for container in containers(pod):
                with self.subTest(name, container=container["name"]):
                    self.assertEqual(container["securityContext"], {
                        "allowPrivilegeEscalation": False,
                        "readOnlyRootFilesystem": True,
                        "capabilities": {"drop": ["ALL"]},
                    })

    def test_every_worker_has_a_disruption_budget_for_its_own_pods(self):
        budgets = of_kind("PodDisruptionBudget")
        for name, deployment in of_kind("Deployment").items():
            with self.subTest(name):
                self.assertEqual(budgets[name]["spec"]["selector"],
                                 deployment["spec"]["selector"])
                labels = deployment["spec"]["template"]["metadata"]["labels"]
                self.assertEqual(
                    deployment["spec"]["selector"]["matchLabels"], labels)


def seconds(duration):
    """Of 250ms, 20s, 1m30s."""
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
    return sum(float(n) * units[u]
               for n, u in re.findall(r"(\d+)(ms|s|m|h)", duration))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
