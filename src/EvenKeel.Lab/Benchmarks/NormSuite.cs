using EvenKeel.Norms;

namespace EvenKeel.Lab.Benchmarks;

/// <summary>The suite <c>norms</c>: what every method of the list adds to a training step of one network.</summary>
internal static class NormSuite
{
    /// <summary>The network in words.</summary>
    public const string Network = "Fashion CNN";

    /// <summary>The network's name.</summary>
    public const string Model = "fashion-cnn-pre";

    private const int Batch = 128;

    // The options with which a method fits a network with dense layers, where its defaults do not.
    private static readonly Dictionary<string, string> Fitting = new(StringComparer.Ordinal)
    {
        ["in"] = "in(flat=pass)",
        ["frn"] = "frn(flat=pass)",
        ["switch"] = "switch(flat=pass)",
    };

    private static readonly Dictionary<string, string> LeftOut = new(StringComparer.Ordinal)
    {
        ["record"] = "it works once an epoch, not in a step",
        ["wdmimic"] = "it needs the recorded norms of another run",
        ["pathsgd"] = "it needs a network of dense layers alone and SGD",
    };

    private static readonly string[] Variants = ["bn(p=1)", "bn(p=topk)", "bn(p=inf)", "gn(groups=32)+ws", "wn+mobn"];

    /// <summary>The suite.</summary>
    public static BenchSuite Suite { get; } = new(
        "norms",
        [
            .. Norm.Methods.Where(m => m.IsOwn).Select(m => m.Name).Where(name => !LeftOut.ContainsKey(name))
                .Select(name => Fitting.GetValueOrDefault(name, name))
                .Concat(Variants)
                .Select(scheme => new BenchCase(Model, Model, scheme, Batch)),
        ],
        Rounds: 3)
    {
        LeftOut = LeftOut,
    };
}
