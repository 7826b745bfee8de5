package kubernetes

// The part of Kubernetes' batch/v1 Job that is written, field by field in the order of
// their names, as kubectl prints them. The libraries that have the whole of it took a fifth
// of the time that a first build takes; the tests read what is written by those.

type job struct {
	APIVersion string   `yaml:"apiVersion"`
	Kind       string   `yaml:"kind"`
	Metadata   metadata `yaml:"metadata"`
	Spec       jobSpec  `yaml:"spec"`
}

type metadata struct {
	Annotations map[string]string `yaml:"annotations"`
	Labels      map[string]string `yaml:"labels"`
	Name        string            `yaml:"name"`
	Namespace   string            `yaml:"namespace,omitempty"`
}

type jobSpec struct {
	BackoffLimitPerIndex int           `yaml:"backoffLimitPerIndex"`
	CompletionMode       string        `yaml:"completionMode"`
	Completions          int           `yaml:"completions"`
	MaxFailedIndexes     int           `yaml:"maxFailedIndexes"`
	Parallelism          int           `yaml:"parallelism"`
	PodFailurePolicy     failurePolicy `yaml:"podFailurePolicy"`
	Template             template      `yaml:"template"`
}

type failurePolicy struct {
	Rules []failureRule `yaml:"rules"`
}

type failureRule struct {
	Action          string         `yaml:"action"`
	OnExitCodes     *exitCodes     `yaml:"onExitCodes,omitempty"`
	OnPodConditions []podCondition `yaml:"onPodConditions,omitempty"`
}

type exitCodes struct {
	ContainerName string `yaml:"containerName"`
	Operator      string `yaml:"operator"`
	Values        []int  `yaml:"values"`
}

type podCondition struct {
	Status string `yaml:"status"`
	Type   string `yaml:"type"`
}

type template struct {
	Spec podSpec `yaml:"spec"`
}

type podSpec struct {
	Containers                    []container        `yaml:"containers"`
	RestartPolicy                 string             `yaml:"restartPolicy"`
	SecurityContext               podSecurityContext `yaml:"securityContext"`
	TerminationGracePeriodSeconds int                `yaml:"terminationGracePeriodSeconds"`
	Volumes                       []volume           `yaml:"volumes,omitempty"`
}

type podSecurityContext struct {
	FSGroup        int            `yaml:"fsGroup"`
	RunAsNonRoot   bool           `yaml:"runAsNonRoot"`
	RunAsUser      int            `yaml:"runAsUser"`
	SeccompProfile seccompProfile `yaml:"seccompProfile"`
}

type seccompProfile struct {
	Type string `yaml:"type"`
}

type container struct {
	Args            []string        `yaml:"args"`
	Image           string          `yaml:"image"`
	Name            string          `yaml:"name"`
	Resources       resources       `yaml:"resources"`
	SecurityContext securityContext `yaml:"securityContext"`
	VolumeMounts    []volumeMount   `yaml:"volumeMounts,omitempty"`
}

type resources struct {
	Limits   amounts `yaml:"limits"`
	Requests amounts `yaml:"requests"`
}

type amounts struct {
	CPU    string `yaml:"cpu,omitempty"`
	Memory string `yaml:"memory"`
}

type securityContext struct {
	AllowPrivilegeEscalation bool         `yaml:"allowPrivilegeEscalation"`
	Capabilities             capabilities `yaml:"capabilities"`
	ReadOnlyRootFilesystem   bool         `yaml:"readOnlyRootFilesystem"`
}

type capabilities struct {
	Drop []string `yaml:"drop"`
}

type volumeMount struct {
	MountPath string `yaml:"mountPath"`
	Name      string `yaml:"name"`
	ReadOnly  bool   `yaml:"readOnly,omitempty"`
}

type volume struct {
	Name                  string      `yaml:"name"`
	PersistentVolumeClaim volumeClaim `yaml:"persistentVolumeClaim"`
}

type volumeClaim struct {
	ClaimName string `yaml:"claimName"`
	ReadOnly  bool   `yaml:"readOnly,omitempty"`
}
