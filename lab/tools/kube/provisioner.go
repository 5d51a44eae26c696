package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

// The provisioner stands in for a CSI driver: it makes a folder on the node for each claim of the lab's storage
// class, and removes it with its volume. It leaves out what a folder cannot give: a claim's size is not enforced,
// and there are no snapshots, no growing and no second node. The volumes are of the type `local`, so that the
// kubelet gives them to the pod's fsGroup as it would a real disk.
const (
	provisionerName                = "lab.dragonfly-dr.io/folder"
	storageProvisioner             = "volume.kubernetes.io/storage-provisioner"
	selectedNode                   = "volume.kubernetes.io/selected-node"
	provisionedBy                  = "pv.kubernetes.io/provisioned-by"
	resync                         = 10 * time.Second
	folderMode         os.FileMode = 0o770
)

type provisioner struct {
	client kubernetes.Interface
	folder string
}

func newProvisionerCommand() *cobra.Command {
	var kubeconfig, folder string
	command := &cobra.Command{
		Use:          "lab-provisioner",
		SilenceUsage: true,
		RunE: func(*cobra.Command, []string) error {
			ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
			defer stop()
			return runProvisioner(ctx, kubeconfig, folder)
		},
	}
	command.Flags().StringVar(&kubeconfig, "kubeconfig", "", "of the cluster to serve")
	command.Flags().StringVar(&folder, "folder", "", "in which the volumes are made")
	return command
}

func runProvisioner(ctx context.Context, kubeconfig, folder string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	p := &provisioner{client: client, folder: folder}
	factory := informers.NewSharedInformerFactory(client, resync)
	claims := factory.Core().V1().PersistentVolumeClaims().Informer()
	volumes := factory.Core().V1().PersistentVolumes().Informer()
	provision := func(claim *corev1.PersistentVolumeClaim) error { return p.provision(ctx, claim) }
	if err := onChange(claims, provision); err != nil {
		return err
	}
	reclaim := func(volume *corev1.PersistentVolume) error { return p.reclaim(ctx, volume) }
	if err := onChange(volumes, reclaim); err != nil {
		return err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	<-ctx.Done()
	return nil
}

// onChange calls handle with each object that is there, appears or changes; what failed is tried again at the next
// resync.
func onChange[T any](informer cache.SharedIndexInformer, handle func(T) error) error {
	call := func(object any) {
		typed, ok := object.(T)
		if !ok {
			return
		}
		if err := handle(typed); err != nil {
			fmt.Fprintln(os.Stderr, "lab-provisioner:", err)
		}
	}
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    call,
		UpdateFunc: func(_, now any) { call(now) },
	})
	return err
}

func (p *provisioner) provision(ctx context.Context, claim *corev1.PersistentVolumeClaim) error {
	node := claim.Annotations[selectedNode]
	waiting := claim.Spec.VolumeName == "" && claim.DeletionTimestamp == nil
	if !waiting || claim.Annotations[storageProvisioner] != provisionerName || node == "" {
		return nil
	}
	name := "pvc-" + string(claim.UID)
	path := filepath.Join(p.folder, name)
	if err := os.MkdirAll(path, folderMode); err != nil {
		return err
	}
	_, err := p.client.CoreV1().PersistentVolumes().Create(ctx, volumeFor(claim, name, path, node), metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

func volumeFor(claim *corev1.PersistentVolumeClaim, name, path, node string) *corev1.PersistentVolume {
	class := ""
	if claim.Spec.StorageClassName != nil {
		class = *claim.Spec.StorageClassName
	}
	onNode := corev1.NodeSelectorRequirement{
		Key:      corev1.LabelHostname,
		Operator: corev1.NodeSelectorOpIn,
		Values:   []string{node},
	}
	storage := claim.Spec.Resources.Requests[corev1.ResourceStorage]
	return &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{provisionedBy: provisionerName}},
		Spec: corev1.PersistentVolumeSpec{
			Capacity:                      corev1.ResourceList{corev1.ResourceStorage: storage},
			AccessModes:                   claim.Spec.AccessModes,
			VolumeMode:                    claim.Spec.VolumeMode,
			PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimDelete,
			StorageClassName:              class,
			ClaimRef: &corev1.ObjectReference{
				APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID,
			},
			PersistentVolumeSource: corev1.PersistentVolumeSource{Local: &corev1.LocalVolumeSource{Path: path}},
			NodeAffinity: &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{
				NodeSelectorTerms: []corev1.NodeSelectorTerm{{MatchExpressions: []corev1.NodeSelectorRequirement{onNode}}},
			}},
		},
	}
}

func (p *provisioner) reclaim(ctx context.Context, volume *corev1.PersistentVolume) error {
	released := volume.Status.Phase == corev1.VolumeReleased && volume.DeletionTimestamp == nil
	if !released || volume.Annotations[provisionedBy] != provisionerName ||
		volume.Spec.PersistentVolumeReclaimPolicy != corev1.PersistentVolumeReclaimDelete {
		return nil
	}
	if err := os.RemoveAll(filepath.Join(p.folder, volume.Name)); err != nil {
		return err
	}
	err := p.client.CoreV1().PersistentVolumes().Delete(ctx, volume.Name, metav1.DeleteOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
