using System.Globalization;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>
/// The 2-norm of every output of every linear map after each epoch of a run, in one file (<c>norms.ekpt</c>, a
/// <see cref="TensorFile"/>): per layer a tensor [epochs,out].
/// </summary>
public sealed class NormRecording
{
    private const string Kind = "channel-norms";
    private readonly Dictionary<string, List<float[]>> _layers;
    private readonly string _name;

    /// <summary>An empty recording.</summary>
    public NormRecording() : this("the recording", []) { }

    private NormRecording(string name, Dictionary<string, List<float[]>> layers) => (_name, _layers) = (name, layers);

    /// <summary>Epochs recorded.</summary>
    public int Epochs { get; private set; }

    /// <summary>Names of the layers.</summary>
    public IEnumerable<string> Layers => _layers.Keys;

    /// <summary>Reads a recording.</summary>
    /// <param name="path">The file, or the folder of a run that holds one under its usual name.</param>
    /// <exception cref="UserException">It is not there, damaged, or another kind of file.</exception>
    public static NormRecording Load(string path)
    {
        if (Directory.Exists(path)) path = Path.Combine(path, RecordNorms.FileName);
        if (!File.Exists(path))
            throw new UserException($"There is no recording of norms at {path}: train with record in the scheme first, as in bn+record, and give its file or its run's folder.");
        using var stream = File.OpenRead(path);
        var file = TensorFile.Read(stream, path);
        if (file.Fact("kind") != Kind) throw new UserException($"{path} holds {file.Fact("kind")}, expected a recording of norms.");
        var recording = new NormRecording(path, new Dictionary<string, List<float[]>>(StringComparer.Ordinal))
        {
            Epochs = int.Parse(file.Fact("epochs"), CultureInfo.InvariantCulture),
        };
        foreach (var layer in file.Names)
        {
            var (shape, values) = file[layer];
            var outputs = values.Length / recording.Epochs;
            if (shape != new Shape(recording.Epochs, outputs))
                throw new UserException($"{path}: the norms of layer {layer} have shape {shape}, expected {recording.Epochs} epochs; record them anew.");
            recording._layers[layer] = [.. values.Chunk(outputs)];
        }

        return recording;
    }

    /// <summary>Reads a recording that a hook follows, or leaves it for <see cref="LoadBeside"/>: a path that starts with
    /// <c>..</c> is counted from the run's folder, which is known only when a run starts.</summary>
    internal static NormRecording? LoadNow(string path) => IsBeside(path) ? null : Load(path);

    /// <summary>Reads a recording of another run whose place is given from this run's folder.</summary>
    internal static NormRecording LoadBeside(string runFolder, string path) =>
        Load(IsBeside(path) ? Path.GetFullPath(Path.Combine(runFolder, path)) : path);

    private static bool IsBeside(string path) => path.StartsWith("..", StringComparison.Ordinal);

    /// <summary>Writes the recording whole.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidOperationException">Nothing is recorded.</exception>
    /// <exception cref="UserException">It cannot be written.</exception>
    public void Save(string path)
    {
        if (Epochs == 0) throw new InvalidOperationException("A recording without an epoch cannot be saved.");
        var facts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["kind"] = Kind,
            ["epochs"] = Epochs.ToString(CultureInfo.InvariantCulture),
        };
        WholeFile.Write(path, stream => TensorFile.Write(stream, facts,
        [
            .. _layers.Select(layer => (
                layer.Key, new Shape(Epochs, layer.Value[0].Length), (Func<float[]>)(() => [.. layer.Value.SelectMany(n => n)]))),
        ]));
    }

    /// <summary>Adds an epoch.</summary>
    /// <param name="norms">Norms [out] by layer: the same layers in every epoch. They are copied.</param>
    public void Add(IReadOnlyDictionary<string, float[]> norms)
    {
        foreach (var (layer, values) in norms)
        {
            if (!_layers.TryGetValue(layer, out var epochs)) _layers.Add(layer, epochs = []);
            if (epochs.Count != Epochs || (Epochs > 0 && epochs[0].Length != values.Length)) throw Other(layer);
            epochs.Add([.. values]);
        }

        Epochs++;
        if (_layers.FirstOrDefault(layer => layer.Value.Count != Epochs) is { Key: { } missing }) throw Other(missing);
    }

    /// <summary>Forgets the epochs from a number on.</summary>
    public void Truncate(int epochs)
    {
        foreach (var layer in _layers.Values) layer.RemoveRange(epochs, layer.Count - epochs);
        Epochs = epochs;
    }

    /// <summary>The norms [out] of a layer after an epoch, from 0.</summary>
    /// <exception cref="UserException">The recording is shorter.</exception>
    public ReadOnlySpan<float> Norms(string layer, int epoch) => epoch < Epochs
        ? _layers[layer][epoch]
        : throw new UserException($"{_name} records {Epochs} epochs, and this run is longer: record a run of as many epochs.");

    /// <summary>Throws unless a layer was recorded with as many outputs.</summary>
    /// <exception cref="UserException">It was not.</exception>
    public void Require(string layer, int outputs)
    {
        if (!_layers.TryGetValue(layer, out var epochs))
            throw new UserException($"{_name} has no norms of layer {layer}: record a run of the same network.");
        if (epochs.Count > 0 && epochs[0].Length != outputs)
            throw new UserException($"{_name} has {epochs[0].Length} norms of layer {layer}, expected {outputs}: record a run of the same network.");
    }

    private UserException Other(string layer) =>
        new($"{_name} does not have the same norms of layer {layer} in every epoch: it is of another network; delete it and record anew.");
}
