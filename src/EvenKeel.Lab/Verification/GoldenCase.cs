using EvenKeel.Backends;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Lab.Verification;

/// <summary>
/// A golden vector while it is checked: hands out its inputs in EvenKeel's layout and compares results in the file's.
/// It remembers what was used, so that nothing in a file is skipped unnoticed.
/// </summary>
internal sealed class GoldenCase
{
    private static readonly string[] ExpectedPrefixes = ["out.", "grad.", "state_after.", "eval."];
    private readonly GoldenVector _vector;
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly List<ArrayResult> _results = [];

    /// <summary>Starts a check.</summary>
    /// <param name="vector">The vector.</param>
    /// <param name="backend">Where it runs.</param>
    public GoldenCase(GoldenVector vector, CpuBackend backend)
    {
        _vector = vector;
        Backend = backend;
        Config = new GoldenConfig(vector.Meta.Config);
    }

    /// <summary>Where it runs.</summary>
    public CpuBackend Backend { get; }

    /// <summary>Its options.</summary>
    public GoldenConfig Config { get; }

    /// <summary>What was compared so far.</summary>
    public IReadOnlyList<ArrayResult> Results => _results;

    /// <summary>True if the file has the array.</summary>
    public bool Has(string name) => _vector.Arrays.ContainsKey(name);

    /// <summary>The rest of the names that begin with a prefix, in alphabetical order.</summary>
    public IEnumerable<string> Names(string prefix) => _vector.Arrays.Keys
        .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
        .Select(name => name[prefix.Length..])
        .Order(StringComparer.Ordinal);

    /// <summary>An input in the file's own layout.</summary>
    /// <exception cref="NotUnderstoodException">The file lacks it.</exception>
    public NpyArray Input(string name)
    {
        if (!_vector.Arrays.TryGetValue(name, out var array)) throw new NotUnderstoodException($"the file lacks {name}");
        _used.Add(name);
        return array;
    }

    /// <summary>An activation as a lasting tensor whose gradient will be computed.</summary>
    public Tensor Activation(string name)
    {
        var array = Input(name);
        return Differentiable(Layout.ActivationShape(array.Sizes), Layout.ActivationFromFile(array.Values, array.Sizes));
    }

    /// <summary>A weight or a vector as a lasting tensor whose gradient will be computed.</summary>
    public Tensor Weight(string name)
    {
        var array = Input(name);
        return Differentiable(Layout.WeightShape(array.Sizes), Layout.WeightFromFile(array.Values, array.Sizes));
    }

    /// <summary>An upstream gradient of an activation, in native order.</summary>
    public float[] ActivationGradient(string name)
    {
        var array = Input(name);
        return Layout.ActivationFromFile(array.Values, array.Sizes);
    }

    /// <summary>Class labels.</summary>
    public int[] Labels(string name) => [.. Input(name).Values.Select(value => (int)value)];

    /// <summary>Fills a network's tensor from a weight or vector of the file.</summary>
    /// <param name="name">The array.</param>
    /// <param name="target">The tensor.</param>
    /// <param name="view">The native shape to convert as: for a dense weight behind a flatten [h,w,c,out], since its
    /// rows lie in another order in the file; else null.</param>
    public void Load(string name, Tensor target, Shape? view = null)
    {
        var array = Input(name);
        if (!array.Sizes.AsSpan().SequenceEqual(Layout.WeightFileShape(target.Shape)))
            throw new NotUnderstoodException($"{name} has shape {array.SizesText}, EvenKeel's tensor has {target.Shape} in its own layout");
        target.CopyFrom(Layout.WeightFromFile(array.Values, Layout.WeightFileShape(view ?? target.Shape)));
    }

    /// <summary>Fills all parameters and buffers of a network from the arrays of the same names.</summary>
    public void Load(Network network)
    {
        foreach (var parameter in network.Parameters) Load($"param.{parameter.Name}", parameter.Value);
        foreach (var buffer in network.Buffers) Load($"state.{buffer.Name}", buffer.Value);
    }

    /// <summary>Compares an activation (or its gradient).</summary>
    public void CompareActivation(string name, Tensor? computed) => Compare(
        name, computed, tensor => (Layout.ActivationToFile(tensor.ToArray(), tensor.Shape), Layout.ActivationFileShape(tensor.Shape)));

    /// <summary>Compares a weight or vector (or its gradient); <paramref name="view"/> as for <see cref="Load(string, Tensor, Shape?)"/>.</summary>
    public void CompareWeight(string name, Tensor? computed, Shape? view = null) => Compare(
        name, computed, tensor => (Layout.WeightToFile(tensor.ToArray(), view ?? tensor.Shape), Layout.WeightFileShape(tensor.Shape)));

    /// <summary>Compares numbers that are in the file's layout already.</summary>
    public void Compare(string name, ReadOnlySpan<float> computed, ReadOnlySpan<int> sizes)
    {
        if (!_vector.Arrays.TryGetValue(name, out var expected))
        {
            _results.Add(ArrayResult.Failed(name, "was computed but is not in the file"));
        }
        else if (!_used.Add(name))
        {
            _results.Add(ArrayResult.Failed(name, "was compared twice"));
        }
        else if (!expected.Sizes.AsSpan().SequenceEqual(sizes))
        {
            _results.Add(ArrayResult.Failed(name, $"has shape [{string.Join(", ", sizes.ToArray())}], expected {expected.SizesText}"));
        }
        else
        {
            _results.Add(ArrayResult.Compare(name, expected.Values, computed, _vector.Meta.Tolerance));
        }
    }

    /// <summary>Compares two results of EvenKeel's own that must be the same within the tolerance.</summary>
    /// <param name="what">What they are.</param>
    /// <param name="computed">One.</param>
    /// <param name="reference">The other.</param>
    public void Agree(string what, ReadOnlySpan<float> computed, ReadOnlySpan<float> reference)
    {
        var expected = new double[reference.Length];
        for (var i = 0; i < expected.Length; i++) expected[i] = reference[i];
        _results.Add(ArrayResult.Compare(what, expected, computed, _vector.Meta.Tolerance));
    }

    /// <summary>Notes every array and option of the file that nothing used; call it when the check is done.</summary>
    public void Finish()
    {
        foreach (var name in _vector.Arrays.Keys.Where(name => !_used.Contains(name)))
        {
            var expected = ExpectedPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
            _results.Add(ArrayResult.Failed(name, expected ? "is expected but was not computed" : "is not understood"));
        }

        foreach (var name in Config.Unread) _results.Add(ArrayResult.Failed($"config {name}", "is not understood"));
        if (_results.Count == 0) _results.Add(ArrayResult.Failed("the file", "has no result to compare with"));
    }

    private void Compare(string name, Tensor? computed, Func<Tensor, (float[] Values, int[] Sizes)> convert)
    {
        if (computed is null)
        {
            _used.Add(name);
            _results.Add(ArrayResult.Failed(name, "was not computed"));
            return;
        }

        var (values, sizes) = convert(computed);
        Compare(name, values, sizes);
    }

    private Tensor Differentiable(Shape shape, float[] values)
    {
        var tensor = Backend.Allocate(shape);
        tensor.CopyFrom(values);
        tensor.NeedsGradient = true;
        return tensor;
    }
}
