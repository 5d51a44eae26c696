// Command cyclonus answers questions about NetworkPolicies for the comparison with the policy pack's own reading of
// them.
// It reads one JSON object a line and writes one a line:
//
//	{"policies": [NetworkPolicy…], "connections": [{"from", "to", "port", "portName", "protocol"}…]} → [true, false, …],
//	cyclonus' verdicts (a peer is {"ip", "namespace", "namespaceLabels", "labels"}; without a namespace it is outside);
//	{"selectors": [{"selector", "labels"}…]} → [true, false, …], by the API server's own matching.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

const longestLine = 64 << 20

type peer struct {
	IP              string            `json:"ip"`
	Namespace       string            `json:"namespace"`
	NamespaceLabels map[string]string `json:"namespaceLabels"`
	Labels          map[string]string `json:"labels"`
}

type connection struct {
	From     peer          `json:"from"`
	To       peer          `json:"to"`
	Port     int           `json:"port"`
	PortName string        `json:"portName"`
	Protocol core.Protocol `json:"protocol"`
}

type match struct {
	Selector meta.LabelSelector `json:"selector"`
	Labels   map[string]string  `json:"labels"`
}

type question struct {
	Policies    []*networking.NetworkPolicy `json:"policies"`
	Connections []connection                `json:"connections"`
	Selectors   []match                     `json:"selectors"`
}

func main() {
	if err := answerAll(); err != nil {
		fmt.Fprintln(os.Stderr, "cyclonus:", err)
		os.Exit(1)
	}
}

func answerAll() error {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 0, 1<<20), longestLine)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			return err
		}
		answers, err := answer(asked)
		if err != nil {
			return err
		}
		if err := out.Encode(answers); err != nil {
			return err
		}
	}
	return lines.Err()
}

func answer(asked question) ([]bool, error) {
	answers := []bool{}
	policy := matcher.BuildNetworkPolicies(false, asked.Policies)
	for _, each := range asked.Connections {
		answers = append(answers, policy.IsTrafficAllowed(&matcher.Traffic{
			Source:           side(each.From),
			Destination:      side(each.To),
			ResolvedPort:     each.Port,
			ResolvedPortName: each.PortName,
			Protocol:         each.Protocol,
		}).IsAllowed())
	}
	for _, each := range asked.Selectors {
		selector, err := meta.LabelSelectorAsSelector(&each.Selector)
		if err != nil {
			return nil, err
		}
		answers = append(answers, selector.Matches(labels.Set(each.Labels)))
	}
	return answers, nil
}

func side(of peer) *matcher.TrafficPeer {
	if of.Namespace == "" {
		return &matcher.TrafficPeer{IP: of.IP}
	}
	return &matcher.TrafficPeer{
		IP: of.IP,
		Internal: &matcher.InternalPeer{
			PodLabels:       of.Labels,
			NamespaceLabels: of.NamespaceLabels,
			Namespace:       of.Namespace,
		},
	}
}
