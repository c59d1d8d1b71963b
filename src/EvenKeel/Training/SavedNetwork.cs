using System.Text.Json;
using EvenKeel.Backends;
using EvenKeel.Data;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace EvenKeel.Training;

/// <summary>A network read from disk: of a run's last checkpoint, or folded.</summary>
/// <param name="Network">The network.</param>
/// <param name="Spec">The run it was trained in.</param>
/// <param name="IsFolded">True if it was folded.</param>
public sealed record SavedNetwork(Network Network, RunSpec Spec, bool IsFolded)
{
    private const string SpecFact = "run";
    private const string FormFact = "form";
    private const string Folded = "folded";

    /// <summary>Reads a network.</summary>
    /// <param name="path">A run's folder, a checkpoint in it, or a folded network's file.</param>
    /// <param name="backend">Where it will live.</param>
    /// <exception cref="UserException">There is no such file, or it is damaged or something else.</exception>
    public static SavedNetwork Load(string path, Backend backend)
    {
        var file = Directory.Exists(path) ? Checkpoint.Path(new RunFolder(path)) : path;
        if (!File.Exists(file))
        {
            throw new UserException(Directory.Exists(path)
                ? $"The folder {path} holds no checkpoint: expected the folder of a run that was trained, such as runs/train/bn-1-0123456789ab."
                : $"There is no file or folder {path}: expected a run's folder, a checkpoint or a folded network.");
        }

        using var stream = File.OpenRead(file);
        var contents = TensorFile.Read(stream, file);
        var isFolded = contents.Facts.TryGetValue(FormFact, out var form) && form == Folded;
        var spec = isFolded ? ReadSpec(contents.Fact(SpecFact), file) : SpecOf(file);

        // A folded network has the modules that folding the run's network gives, whatever its numbers.
        var network = Build(spec, backend);
        if (isFolded) network = network.Fold().Network;
        foreach (var (name, value) in network.State()) contents.CopyTo(name, value);
        return new SavedNetwork(network, spec, isFolded);
    }

    /// <summary>Writes a folded network with the run that it came from; <see cref="Load"/> reads it back.</summary>
    /// <param name="path">The file.</param>
    /// <param name="folded">The network.</param>
    /// <param name="spec">The run.</param>
    /// <exception cref="UserException">The file cannot be written.</exception>
    public static void Write(string path, FoldedNetwork folded, RunSpec spec)
    {
        ArgumentNullException.ThrowIfNull(folded);
        var facts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [FormFact] = Folded,
            [SpecFact] = JsonSerializer.Serialize(spec, SpecJson.Compact),
        };
        WholeFile.Write(path, stream => TensorFile.Write(stream, facts, folded.Network.State()));
    }

    private static Network Build(RunSpec spec, Backend backend)
    {
        var data = DataSource.Find(spec.Data);
        var image = new Shape(1, data.Height, data.Width, data.Channels);
        var model = new ModelSpec(image, data.Classes.Count, Scheme.Parse(spec.Scheme), spec.Width, spec.Init);
        return new Network(ModelCatalog.Find(spec.Model).Build(model), image, backend, spec.Seed);
    }

    private static RunSpec SpecOf(string checkpoint)
    {
        var folder = new RunFolder(Path.GetDirectoryName(Path.GetFullPath(checkpoint))!);
        return folder.Read()?.Spec
            ?? throw new UserException($"Beside {checkpoint} there is no run.json, which says what network it holds: leave checkpoints in their run's folder.");
    }

    private static RunSpec ReadSpec(string json, string file)
    {
        try
        {
            return JsonSerializer.Deserialize<RunSpec>(json, SpecJson.Compact) ?? throw new JsonException("it is null");
        }
        catch (JsonException cause)
        {
            throw new UserException($"{file} does not say what run it came from ({cause.Message.TrimEnd('.')}): fold the run again.", cause);
        }
    }
}
