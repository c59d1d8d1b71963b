using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels.Random;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace EvenKeel.Tests.Norms;

/// <summary>The network on which every method shows that it conforms, and the schemes that are tried.</summary>
internal static class SmallNetwork
{
    public static readonly Shape Image = new(6, 7, 5, 3);
    public static readonly int[] Labels = [0, 1, 2, 3, 1, 0];

    public static TheoryData<string> Schemes() =>
    [
        .. Norm.Methods.Select(m => Small(m.Name)),
        "bn(p=1)", "bn(p=1,constant=false)", "bn(p=topk,k=3)", "bn(p=inf)", "bn(preset=keras)", "ghost(size=3)", "brn(warmup=0,rmax=1.2,dmax=0.1)",
        "gn(groups=1,p=1)", "gn(groups=1,place=added-to-scale)", "gn(groups=1,affine=false)+wn", "in(flat=pass,affine=false)",
        "ln(p=1)", "ln(scope=sample)", "ln(scope=sample,p=1)", "ln(affine=false)", "rms(scope=sample)", "frn(flat=pass,tlu=false)",
        "switch(flat=pass,instance=biased)",
        "wn+mobn", "wn(g=exp)", "wn(per=tensor)", "wn(init=false)", "bn(place=added-to-scale)", "bn(affine=false)", "mobn(bias=false)",
        "ws+bn", "ws(layers=convolutions)+bn", "ws(preset=ws-tensorflow)", "ws(preset=bcn)", "ws(preset=timm-scaled,gamma=1.7139589)", "ws(preset=nfnet)",
        "bwn(p=1)", "bwn(p=inf)", "bwn(form=prenorm)", "bwn(p=1,form=prenorm)", "bwn(p=inf,form=prenorm)", "bwn(form=mean-norm)+mobn",
        "sn(iterations=3,warmup=30)",
    ];

    // The options with which a method's defaults fit the small network of these tests.
    private static string Small(string method) => method switch
    {
        "gn" or "gn-slabs" or "bcn" or "evo-s0" => $"{method}(groups=1)",
        "in" or "frn" or "switch" => $"{method}(flat=pass)",
        "range" => "range(runs=2)",
        _ => method,
    };

    public static Network Make(string scheme, CpuBackend backend, ulong seed = 5)
    {
        var spec = new ModelSpec(Image.WithBatch(1), 4, Scheme.Parse(scheme), Init: "normal");

        // Odd channel counts, and no activation: kinks would spoil the differences. Normalizing activations, which stand
        // in an activation's place, are there only where one is.
        var activation = scheme.StartsWith("evo", StringComparison.Ordinal) ? Activation.Relu : Activation.Identity;
        var root = new Sequential()
            .Convolution("a", spec, 3, 5, 3, 1, activation)
            .Convolution("b", spec, 5, 7, 2, 0, activation, stride: 2)
            .Add("pool", new GlobalAveragePool())
            .Dense("c", spec, 7, 4, Activation.Identity);
        return new Network(root, Image, backend, seed);
    }

    public static float[] Images()
    {
        var images = new float[Image.Length];
        var stream = new RandomStream(1, 1);
        for (var i = 0; i < images.Length; i++) images[i] = 2f * stream.Uniform((ulong)i) - 1f;
        return images;
    }

    public static BatchLoss Forward(Network network, float[] images, bool record)
    {
        // The differences evaluate the training loss, but only the recorded pass may move running statistics.
        network.Tape.Begin(record);
        var x = network.RentInput(Labels.Length);
        x.CopyFrom(images);
        var held = network.Root.DescendantsAndSelf().OfType<NormLayer>().ToArray();
        foreach (var layer in held) layer.UpdateRunning = record;
        return network.Tape.SoftmaxCrossEntropy(network.Forward(new Pass(network.Tape, PassMode.Train, 1), x), Labels);
    }

    public static void Step(Network network, float[] images)
    {
        network.ClearGradients();
        var loss = Forward(network, images, record: true);
        network.Tape.Backward(loss.Value);
    }

    public static float[] Logits(Network network, float[] images)
    {
        network.Tape.Begin(recording: false);
        var x = network.RentInput(Labels.Length);
        x.CopyFrom(images);
        return network.Forward(new Pass(network.Tape, PassMode.Evaluate), x).ToArray();
    }
}
