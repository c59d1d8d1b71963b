using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels.Random;
using EvenKeel.Tensors;

namespace EvenKeel.Modules;

/// <summary>
/// A module tree with memory: names are assigned, shapes checked, parameters allocated and initialized.
/// </summary>
public sealed class Network
{
    /// <summary>Builds the network.</summary>
    /// <param name="root">The modules.</param>
    /// <param name="input">Shape of a batch; its first dimension is not kept.</param>
    /// <param name="backend">Where it runs.</param>
    /// <param name="seed">Seed of the starting weights. They depend on the seed and the layer's name only, so the
    /// same layers of another scheme start from the same random numbers.</param>
    /// <exception cref="ArgumentException">The modules do not fit together, or two parameters have one name.</exception>
    public Network(Module root, Shape input, Backend backend, ulong seed)
    {
        Root = root;
        Backend = backend;
        Tape = new Tape(backend);
        Input = input;
        root.AssignNames("");
        Output = root.OutputShape(input.WithBatch(1)).Channels;
        Parameters = [.. root.Parameters()];
        Buffers = [.. root.Buffers()];
        var twice = Parameters.Select(p => p.Name).Concat(Buffers.Select(b => b.Name))
            .GroupBy(n => n).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null) throw new ArgumentException($"Two tensors of the network are named {twice.Key}.");
        foreach (var parameter in Parameters)
        {
            parameter.Attach(backend.Allocate(parameter.Shape), backend.Allocate(parameter.Shape));
            parameter.Init.Fill(backend, parameter.Value, Stream(seed, parameter.Name, parameter.Kind.ToString()));
        }

        foreach (var buffer in Buffers)
        {
            buffer.Attach(backend.Allocate(buffer.Shape));
            buffer.Init.Fill(backend, buffer.Value, Stream(seed, buffer.Name, "Buffer"));
        }
    }

    /// <summary>The modules.</summary>
    public Module Root { get; }

    /// <summary>Where it runs.</summary>
    public Backend Backend { get; }

    /// <summary>The tape of this network's passes.</summary>
    public Tape Tape { get; }

    /// <summary>Shape of a batch of inputs; only its first dimension may differ.</summary>
    public Shape Input { get; }

    /// <summary>Trainable tensors, in a fixed order.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Saved but untrained tensors, in a fixed order.</summary>
    public IReadOnlyList<StateBuffer> Buffers { get; }

    /// <summary>Outputs per image.</summary>
    public int Output { get; }

    /// <summary>Trainable numbers in all.</summary>
    public long ParameterCount => Parameters.Sum(p => (long)p.Shape.Length);

    /// <summary>Runs the modules on a batch that lives on this network's tape.</summary>
    public Tensor Forward(Pass pass, Tensor x) => Root.Forward(pass, x);

    /// <summary>A tensor of the current step for a batch of inputs.</summary>
    public Tensor RentInput(int batch) => Tape.Rent(Input.WithBatch(batch));

    /// <summary>The same, holding these images; all threads copy them.</summary>
    /// <param name="images">A batch, as many whole images as it holds.</param>
    /// <exception cref="ArgumentException">Not a whole number of images.</exception>
    public Tensor RentInput(ReadOnlySpan<float> images)
    {
        var size = Input.Length / Input[0];
        if (images.Length == 0 || images.Length % size != 0)
            throw new ArgumentException($"A batch of {images.Length} numbers is not a whole number of images of {size}.", nameof(images));
        var x = RentInput(images.Length / size);
        Tape.Backend.Write(images, x);
        return x;
    }

    /// <summary>Forgets the gradients of the last step.</summary>
    public void ClearGradients()
    {
        // By index: enumerating an interface allocates, and this runs every step.
        for (var i = 0; i < Parameters.Count; i++) Parameters[i].Value.HasGradient = false;
    }

    /// <summary>
    /// Data-dependent initialization: one pass over a batch that sets the magnitudes and biases of weight maps that
    /// have one (arXiv 1602.07868, section 3). Does nothing for other networks. Run it once, before the optimizer's
    /// state exists; running statistics are not touched.
    /// </summary>
    /// <param name="images">The batch, as many whole images as it holds.</param>
    /// <param name="seed">Seed of the noise and dropout that are active during the pass.</param>
    /// <exception cref="ArgumentException">Not a whole number of images.</exception>
    public void InitializeFromData(ReadOnlySpan<float> images, ulong seed)
    {
        if (!Root.DescendantsAndSelf().Any(c => c is IDataInitialized)) return;
        Tape.Begin(recording: false);
        Forward(new Pass(Tape, PassMode.Initialize, seed), RentInput(images));
    }

    /// <summary>Throws if the network cannot train with this batch size; call it before training starts.</summary>
    /// <exception cref="UserException">For example one element per statistic in a layer.</exception>
    public void CheckTraining(int batch) => Root.CheckTraining(Input.WithBatch(batch));

    // By layer and kind, not by the tensor's own name: w of one scheme and v of another draw the same numbers.
    private static RandomStream Stream(ulong seed, string name, string kind) =>
        new(seed, RandomUses.Of($"{name[..Math.Max(0, name.LastIndexOf('.'))]}/{kind}"));

    /// <summary>A network for inference that computes the same with plain weights: weight maps become their effective
    /// weights, and normalizers that are a scale and a shift per channel in evaluation go into the linear map directly
    /// before them.</summary>
    /// <returns>The new network, in the memory of the same backend, and what became of every layer.</returns>
    /// <exception cref="UserException">A module does not say how to make it anew.</exception>
    public FoldedNetwork Fold() => new Folder(this).Fold();

    /// <summary>All parameters and buffers by name, to save or to compare.</summary>
    public IEnumerable<(string Name, Tensor Value)> State() =>
        Parameters.Select(p => (p.Name, p.Value)).Concat(Buffers.Select(b => (b.Name, b.Value)));

    /// <summary>The name of the first layer whose parameters or buffers are not finite, or null.</summary>
    public string? FirstNonFinite() =>
        State().Where(s => Backend.FirstNonFinite(s.Value) >= 0).Select(s => s.Name).FirstOrDefault();
}
