using System.CommandLine;
using EvenKeel.Cli.Terminals;
using EvenKeel.Data;

namespace EvenKeel.Cli.Commands;

/// <summary><c>evenkeel data</c>: list, get, check and show data sets.</summary>
internal static class DataCommand
{
    public static Command Create()
    {
        var command = new Command("data", "List, fetch, check and show data sets.")
        {
            List(),
            Get(),
            Check(),
            Show(),
        };
        command.AddExamples("evenkeel data list", "evenkeel data get cifar10", "evenkeel data check", "evenkeel data show cifar10");
        return command;
    }

    private static Command List()
    {
        var folder = CommonOptions.DataFolder();
        var json = CommonOptions.Json();
        var command = new Command("list", "List the data sets and say which are here.") { folder, json };
        command.AddExamples("evenkeel data list", "evenkeel data list --json");
        command.Runs((result, terminal, _) =>
        {
            var root = DataFolder.Resolve(result.GetValue(folder));
            if (result.GetValue(json))
            {
                terminal.Line(Json.Text(DataSource.All.Select(source => new
                {
                    source.Name,
                    source.Description,
                    Train = source.Count(Split.Train),
                    Test = source.Count(Split.Test),
                    Shape = new[] { source.Height, source.Width, source.Channels },
                    source.Classes,
                    Present = source.IsPresent(root),
                    Folder = root,
                    DownloadBytes = source.Downloads.Sum(file => file.Bytes),
                    source.Publisher,
                    source.License,
                })));
                return ExitCode.Done;
            }

            terminal.Table(
                ["name", "train", "test", "shape", "classes", "here", "download", "licence", "source"],
                DataSource.All.Select(source => new[]
                {
                    source.Name,
                    $"{source.Count(Split.Train)}",
                    $"{source.Count(Split.Test)}",
                    $"{source.Height}x{source.Width}x{source.Channels}",
                    $"{source.Classes.Count}",
                    source.Downloads.Count == 0 ? "generated" : source.IsPresent(root) ? "yes" : "no",
                    source.Downloads.Count == 0 ? "-" : Size(source.Downloads.Sum(file => file.Bytes)),
                    source.License,
                    source.Publisher,
                }));
            terminal.Line($"Data folder: {root}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Get()
    {
        var name = Name("Which data set.", optional: false);
        var folder = CommonOptions.DataFolder();
        var command = new Command("get", "Fetch a data set from its publisher; an interrupted download continues.") { name, folder };
        command.AddExamples("evenkeel data get cifar10", "evenkeel data get fashion-mnist --data-dir ~/data");
        command.Runs((result, terminal, cancel) =>
        {
            var source = result.GetValue(name)!;
            var root = DataFolder.Resolve(result.GetValue(folder));
            if (source.Downloads.Count == 0)
            {
                terminal.Line($"{source.Name} is generated when it is used: nothing to fetch.");
                return ExitCode.Done;
            }

            if (source.IsPresent(root))
            {
                terminal.Line($"{source.Name} is already in {root}; 'evenkeel data check {source.Name}' looks at its content.");
                return ExitCode.Done;
            }

            terminal.Note($"Fetching {source.Name} ({Size(source.Downloads.Sum(file => file.Bytes))}, {source.License}) into {root}");
            using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
            terminal.Track(source.Name, progress =>
            {
                new Downloader(client).GetAsync(source, root, new Total(source, progress), cancel).GetAwaiter().GetResult();
                return true;
            });
            terminal.Line($"{source.Name} is in {root}.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Check()
    {
        var name = Name("Which data set; without it, all that are here.", optional: true);
        var folder = CommonOptions.DataFolder();
        var json = CommonOptions.Json();
        var command = new Command("check", "Read data sets and compare them with what was published.") { name, folder, json };
        command.AddExamples("evenkeel data check", "evenkeel data check cifar10 --json");
        command.Runs((result, terminal, cancel) =>
        {
            var root = DataFolder.Resolve(result.GetValue(folder));
            IReadOnlyList<DataSource> sources = result.GetValue(name) is { } one
                ? [one]
                : [.. DataSource.All.Where(source => source.IsPresent(root))];
            var checks = new List<DataCheck>();
            foreach (var source in sources)
            {
                foreach (var split in Enum.GetValues<Split>())
                {
                    cancel.ThrowIfCancellationRequested();
                    checks.Add(DataCheck.Of(source, root, split));
                }
            }

            if (result.GetValue(json))
            {
                terminal.Line(Json.Text(checks));
            }
            else
            {
                terminal.Table(
                    ["name", "part", "images", "result", "content"],
                    checks.Select(check => new[]
                    {
                        check.Data, PartName(check.Split), $"{check.Images}", check.Good ? "good" : "BAD", check.Verdict,
                    }));
            }

            return checks.TrueForAll(check => check.Good) ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static Command Show()
    {
        var name = Name("Which data set.", optional: false);
        var folder = CommonOptions.DataFolder();
        var output = new Option<string?>("--out") { Description = "PNG file to write; otherwise NAME-SPLIT.png here.", HelpName = "FILE" };
        var count = new Option<int>("--count") { Description = "Images of each class.", DefaultValueFactory = _ => 12 };
        count.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 100) result.AddError("--count must be 1 to 100.");
        });
        var split = new Option<Split>("--split") { Description = "Which part.", DefaultValueFactory = _ => Split.Train, HelpName = "train|test" };
        var preprocess = new Option<Preprocessing?>("--preprocess")
        {
            Description = $"Show the images as a network sees them: {string.Join(", ", Preprocessing.All.Select(way => way.Name))}.",
            HelpName = "NAME",
            CustomParser = CommonOptions.Named(Preprocessing.Find),
        };
        var augment = new Option<Augmentation>("--augment")
        {
            Description = $"Augment them: {string.Join(", ", Augmentations.Names)}.",
            HelpName = "NAME",
            CustomParser = CommonOptions.Named(Augmentations.Find),
            DefaultValueFactory = _ => Augmentation.None,
        };
        var command = new Command("show", "Write a contact sheet: a picture with a row of images a class.")
        {
            name, folder, output, count, split, preprocess, augment,
        };
        command.AddExamples(
            "evenkeel data show shapes10",
            "evenkeel data show cifar10 --out whitened.png --preprocess zca",
            "evenkeel data show fashion-mnist --split test --augment flip+crop --count 20");
        command.Runs((result, terminal, _) =>
        {
            var source = result.GetValue(name)!;
            var part = result.GetValue(split);
            var path = result.GetValue(output) ?? $"{source.Name}-{PartName(part)}.png";
            var sheet = MakeSheet(
                source, DataFolder.Resolve(result.GetValue(folder)), part, result.GetValue(count),
                result.GetValue(preprocess) ?? Preprocessing.Find("unit"), result.GetValue(augment), terminal);
            sheet.Save(path);
            terminal.Line($"{Path.GetFullPath(path)} ({sheet.Width}x{sheet.Height})");
            return ExitCode.Done;
        });
        return command;
    }

    private static ContactSheet MakeSheet(
        DataSource source, string folder, Split part, int count, Preprocessing way, Augmentation augmentation, Terminal terminal)
    {
        var set = source.Load(folder, part);
        var train = part == Split.Train ? set : source.Load(folder, Split.Train);
        var fit = terminal.Track($"Fitting {way.Name}", progress =>
            way.Fit(train, new FitOptions { CacheFolder = folder, Progress = progress }));
        var chosen = fit.Prepare(set.Reorder(ContactSheet.Choose(set, count)));
        var batcher = new Batcher(chosen, chosen.Count, seed: 1, augmentation, shuffle: false);
        var values = new float[chosen.Count * chosen.Size];
        batcher.Fill(0, 0, values, new int[chosen.Count]);
        var augmented = augmentation == Augmentation.None ? "" : $", {augmentation}";
        return ContactSheet.Draw($"{source.Name} {PartName(part)}: {way.Name}{augmented}", chosen, values);
    }

    private static Argument<DataSource> Name(string description, bool optional) => new("name")
    {
        Description = $"{description} One of {string.Join(", ", DataSource.All.Select(source => source.Name))}.",
        HelpName = "NAME",
        Arity = optional ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
        CustomParser = CommonOptions.Named(DataSource.Find),
    };

    private static string PartName(Split split) => split == Split.Test ? "test" : "train";

    private static string Size(long bytes) => bytes >= 1 << 20 ? $"{bytes / (double)(1 << 20):0.0} MiB" : $"{bytes / 1024.0:0.0} KiB";

    // The bytes of all files together, as one share.
    private sealed class Total(DataSource source, IProgress<double> progress) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value)
        {
            var before = source.Downloads.TakeWhile(file => Path.GetFileName(file.Path) != value.File).Sum(file => file.Bytes);
            progress.Report((before + value.Done) / (double)source.Downloads.Sum(file => file.Bytes));
        }
    }
}
